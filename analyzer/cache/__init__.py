"""What earlier runs found out, kept in one file as bytes by kind and key: safe to delete, and never needed.

with Store(Path("proj/.weighbridge_cache")) as store:
    store.put("ir", b"5f2c", b"...")
    store.get("ir", b"5f2c")           -> b"..."
"""
