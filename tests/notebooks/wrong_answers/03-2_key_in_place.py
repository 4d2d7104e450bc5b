# expect: a key cannot be changed
products_are = {
    "the function gets 512 MB of memory": "kept",
    "the table gets a second index, by-price": "kept",
    "the table gets a sort key, name": "kept",
    'in rest_service.py, the id "Table" becomes "Items"': "lost",
    "in rest_service.py, the class is called CrudService": "kept",
}
