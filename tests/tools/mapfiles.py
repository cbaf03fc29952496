"""Writers of map files with the standard library alone: shapefiles, WKB, GeoPackages, Gauss-Krüger.

Used by make_map_samples.py and make_bad_maps.py. Everything is written byte for byte the same
every time.
"""

import math
import sqlite3
import struct

GK_PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_{zone}",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{zone}500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def gauss_kruger(longitude, latitude, meridian, false_easting):
    """Krüger's series to the sixth order in n on GRS 80 (Karney 2011, "Transverse Mercator with an
    accuracy of a few nanometers", eq. 35)."""
    a, f = 6378137.0, 1 / 298.257222101
    n = f / (2 - f)
    radius = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64 + n**6 / 256)
    alpha = [
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180 - 127 * n**5 / 288 + 7891 * n**6 / 37800,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440 + 281 * n**5 / 630 - 1983433 * n**6 / 1935360,
        61 * n**3 / 240 - 103 * n**4 / 140 + 15061 * n**5 / 26880 + 167603 * n**6 / 181440,
        49561 * n**4 / 161280 - 179 * n**5 / 168 + 6601661 * n**6 / 7257600,
        34729 * n**5 / 80640 - 3418889 * n**6 / 1995840,
        212378941 * n**6 / 319334400,
    ]
    e = math.sqrt(f * (2 - f))
    phi, lam = math.radians(latitude), math.radians(longitude - meridian)
    sigma = math.sinh(e * math.atanh(e * math.sin(phi)))
    tau = math.tan(phi)
    tau = tau * math.sqrt(1 + sigma**2) - sigma * math.sqrt(1 + tau**2)
    xi = math.atan2(tau, math.cos(lam))
    eta = math.asinh(math.sin(lam) / math.hypot(tau, math.cos(lam)))
    x = eta + sum(c * math.cos(2 * (j + 1) * xi) * math.sinh(2 * (j + 1) * eta) for j, c in enumerate(alpha))
    y = xi + sum(c * math.sin(2 * (j + 1) * xi) * math.cosh(2 * (j + 1) * eta) for j, c in enumerate(alpha))
    return false_easting + radius * x, radius * y


def shp_content(rings, kind=5):
    """The content of one record: a polygon (5), a line (3) or, for one position, a point (1)."""
    if rings is None:
        return struct.pack("<i", 0)
    if kind == 1:
        return struct.pack("<i2d", 1, *rings)
    points = [p for ring in rings for p in ring]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    starts, at = [], 0
    for ring in rings:
        starts.append(at)
        at += len(ring)
    out = struct.pack("<i4d2i", kind, min(xs), min(ys), max(xs), max(ys), len(rings), len(points))
    out += b"".join(struct.pack("<i", s) for s in starts)
    return out + b"".join(struct.pack("<2d", *p) for p in points)


def shp_head(kind, length_bytes):
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, length_bytes // 2) + struct.pack("<2i8d", 1000, kind, *[0.0] * 8)


def shp(contents, kind=5):
    """`.shp` and `.shx` of some contents."""
    body, index, at = b"", b"", 100
    for n, content in enumerate(contents):
        record = struct.pack(">2i", n + 1, len(content) // 2) + content
        index += struct.pack(">2i", at // 2, len(content) // 2)
        body += record
        at += len(record)
    return shp_head(kind, 100 + len(body)) + body, shp_head(kind, 100 + len(index)) + index


def dbf(fields, rows, encoding="gb18030", language=0, deleted=()):
    """A table. `fields`: (name, type, length, decimals); values are texts."""
    head = struct.pack("<4BIHH17xB2x", 3, 125, 6, 30, len(rows), 33 + 32 * len(fields), 1 + sum(f[2] for f in fields), language)
    for name, kind, length, decimals in fields:
        head += struct.pack("<11sc4xBB14x", name.encode(encoding)[:10], kind.encode(), length, decimals)
    out = head + b"\r"
    for n, row in enumerate(rows):
        out += b"*" if n in deleted else b" "
        for (_, kind, length, _), value in zip(fields, row):
            raw = value if isinstance(value, bytes) else value.encode(encoding)
            out += (raw.rjust(length) if kind in "NF" else raw.ljust(length))[:length]
    return out + b"\x1a"


def wkb(rings, kind=3):
    """Polygon WKB, little-endian."""
    out = struct.pack("<BII", 1, kind, len(rings))
    for ring in rings:
        out += struct.pack("<I", len(ring)) + b"".join(struct.pack("<2d", *p) for p in ring)
    return out


def gpb(body, flags=1):
    """GeoPackage's header before WKB."""
    return b"GP\0" + bytes([flags]) + struct.pack("<i", 4490) + body


def gpkg(path, blobs, srs=("EPSG", 4490, "undefined"), table="units", sql=()):
    """A GeoPackage with one table of codes, names and geometries."""
    db = sqlite3.connect(path)
    db.executescript(
        """
        PRAGMA page_size = 512; PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
            organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, srs_id INTEGER);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT PRIMARY KEY, column_name TEXT NOT NULL, srs_id INTEGER NOT NULL);
        """
    )
    db.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('x', 1, ?, ?, ?, NULL)", srs)
    db.execute("INSERT INTO gpkg_contents VALUES (?, 'features', 1)", (table,))
    db.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 1)", (table,))
    db.execute(f'CREATE TABLE "{table}" (fid INTEGER PRIMARY KEY, code TEXT, name TEXT, geom BLOB)')
    for n, blob in enumerate(blobs):
        db.execute(f'INSERT INTO "{table}" (code, name, geom) VALUES (?, ?, ?)', (f"99000100{n}", f"第{n}村", blob))
    for statement in sql:
        db.execute(statement)
    db.commit()
    db.execute("VACUUM")
    db.close()
