# expect: cut off, and do not round
%run solutions/06-1.py
handler = Path("../lambda_src/loyalty/app.py")
handler.write_text(handler.read_text().replace("points = int(", "points = round("))
