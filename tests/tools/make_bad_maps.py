#!/usr/bin/env python3
"""Makes tests/corpora/bad/maps and tests/corpora/good/maps: small map files with one flaw each, and
the same without. Standard library only; the files are the same every time.

Files of one name with different endings are one map. tests/it/corpus_maps.rs reads every one and
keeps what is said about it in a snapshot. What fuzzing found stands in FOUND.
"""

import json
import shutil
import struct
from pathlib import Path

from mapfiles import GK_PRJ, dbf, gauss_kruger, gpb, gpkg, shp, shp_content, shp_head, wkb

ROOT = Path(__file__).resolve().parents[2] / "tests/corpora"
BAD, GOOD = ROOT / "bad/maps", ROOT / "good/maps"


def square(n, size=0.1):
    x, y = 100.0 + n * size, 36.0
    return [[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]]


def feature(n, geometry=None, **properties):
    geometry = geometry if geometry is not None else {"type": "Polygon", "coordinates": [square(n)]}
    return {"type": "Feature", "properties": {"code": f"99000100{n}", "name": f"第{n}村", **properties}, "geometry": geometry}


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def collection(features, **members):
    body = ",\n".join(f if isinstance(f, str) else text(f) for f in features)
    rest = "".join(f',"{k}":{text(v)}' for k, v in members.items())
    return '{"type":"FeatureCollection","features":[\n' + body + "\n]" + rest + "}\n"


def raw(n, geometry):
    """A feature whose geometry is written as this text."""
    return text(feature(n, {})).replace('"geometry":{}', '"geometry":' + geometry)


def polygon(coordinates):
    return '{"type":"Polygon","coordinates":' + coordinates + "}"


def geojson():
    whole = collection([feature(n) for n in range(3)])
    good = feature(0)
    point = '{"type":"Point","coordinates":%s}'
    yield "empty", b""
    yield "blank", b" \n\t\n"
    yield "html", "<!DOCTYPE html><html><body>404</body></html>"
    yield "lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    yield "gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\3"
    yield "array", text([feature(0)])
    yield "truncated", whole[:300]
    yield "trailing", whole + "{}"
    yield "utf16", b"\xff\xfe" + whole.encode("utf-16-le")
    yield "gbk", whole.encode("gbk")
    yield "overlong", whole.encode().replace("第1村".encode(), b"\xc0\xaf")
    yield "control", whole.replace("第1村", "第\x1b[31m村")
    yield "escapes", collection([feature(0, None, name="甲\x1b]52;c;QQ==\x07\u202e村"), feature(1)])
    yield "deep", '{"type":"FeatureCollection","x":' + "[" * 300 + "]" * 300 + ',"features":[]}'
    yield "deep_collection", collection([raw(0, '{"type":"GeometryCollection","geometries":[' * 20 + "]}" * 20)])
    yield "long_number", collection([raw(0, point % ("[100." + "1" * 100 + ",36]"))])
    yield "long_string", collection([feature(0, None, name="长" * 30_000)])
    yield "key_twice", collection([text(good).replace('"code":', '"code":"x","code":')])
    yield "geometry_twice", collection([text(good).replace('"geometry":', '"geometry":null,"geometry":')])
    yield "features_twice", whole[:-2] + ',"features":[]}'
    yield "no_features", '{"type":"FeatureCollection","name":"x"}'
    yield "features_null", '{"type":"FeatureCollection","features":null}'
    yield "bare_geometry", polygon(text([square(0)]))
    yield "no_code", collection([feature(0), text(feature(1)).replace('"code"', '"kode"')])
    yield "no_code_anywhere", collection([text(feature(n)).replace('"code"', '"编码"') for n in range(2)])
    yield "code_null", collection([feature(0), feature(1, None, code=None)])
    yield "code_invisible", collection([feature(0), feature(1, None, code="990001\u200b001")])
    yield "code_long", collection([feature(0), feature(1, None, code="9" * 200)])
    yield "not_a_feature", collection([feature(0), 7, {"type": "Thing"}])
    yield "nan", collection([feature(0), raw(1, point % "[NaN,36]")])
    yield "infinity", collection([feature(0), raw(1, point % "[100,-Infinity]")])
    yield "1e400", collection([feature(0), raw(1, point % "[1e400,36]")])
    yield "1e-400", collection([feature(0), raw(1, point % "[1e-400,39]")])
    yield "leading_zero", collection([feature(0), raw(1, point % "[0100,36]")])
    yield "text_coordinates", collection([feature(0), raw(1, point % '["100","36"]')])
    yield "one_number", collection([feature(0), raw(1, point % "[100]")])
    yield "flat_coordinates", collection([feature(0), raw(1, polygon("[[100,36],[101,36]]"))])
    yield "out_of_range", collection([feature(0), raw(1, point % "[200,36]")])
    yield "swapped_one", collection([feature(0), raw(1, point % "[36.1,116.3]")])
    yield "swapped_all", collection([raw(n, point % f"[36.{n},116.3]") for n in range(2)])
    yield "swapped_west", collection([raw(n, point % f"[39.{n},76.1]") for n in range(2)])
    yield "metres_one", collection([feature(0), raw(1, point % "[36450000.5,4000000]")])
    yield "metres_all", collection([raw(n, point % f"[36450000.{n},4000000]") for n in range(2)])
    yield "metres_no_zone", collection([raw(n, point % f"[450000.{n},4000000]") for n in range(2)])
    yield "crs_xian", collection([feature(0)]).replace('{"type"', '{"crs":"EPSG:2349","type"', 1)
    yield "crs_unknown", collection([feature(0)]).replace('{"type"', '{"crs":"EPSG:31337","type"', 1)
    yield "crs_wrong_zone", collection([raw(0, point % "[36450000,4000000]")]).replace('{"type"', '{"crs":"EPSG:4525","type"', 1)
    yield "crs_but_degrees", collection([feature(0)]).replace('{"type"', '{"crs":"EPSG:4524","type"', 1)
    yield "null_geometry", collection([feature(0), raw(1, "null")])
    yield "circle", collection([feature(0), raw(1, '{"type":"Circle","coordinates":[100,36]}')])
    yield "wkt_geometry", collection([feature(0), raw(1, '"POLYGON((100 36))"')])
    yield "collection_no_area", collection([feature(0), raw(1, '{"type":"GeometryCollection","geometries":[%s]}' % (point % "[100,36]"))])
    yield "ring_open", collection([feature(0), raw(1, polygon("[[[100,36],[101,36],[101,37]]]"))])
    yield "ring_short", collection([feature(0), raw(1, polygon("[[[100,36],[101,36],[100,36]]]"))])
    yield "ring_flat", collection([feature(0), raw(1, polygon("[[[100,36],[101,37],[102,38],[100,36]]]"))])
    yield "heights", collection([raw(0, polygon("[[[100,36,9],[101,36,9],[101,37,9],[100,36,9]]]"))])
    yield "lines_broken", text(feature(0)) + "\n" + text(feature(1))[:100]


TOPO = {
    "type": "Topology",
    "transform": {"scale": [0.001, 0.001], "translate": [100, 36]},
    "objects": {
        "units": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"code": "990001000", "name": "第0村"}},
                {"type": "Polygon", "arcs": [[-1, 2]], "properties": {"code": "990001001", "name": "第1村"}},
            ],
        }
    },
    "arcs": [[[100, 0], [0, 100]], [[100, 100], [-100, 0], [0, -100], [100, 0]], [[100, 0], [100, 0], [0, 100], [-100, 0]]],
}


def topojson():
    def changed(change):
        topology = json.loads(text(TOPO))
        change(topology)
        return text(topology)

    def units(topology):
        return topology["objects"]["units"]["geometries"]

    yield "truncated", text(TOPO)[:200]
    yield "no_objects", changed(lambda t: t.update(objects={}))
    yield "arc_unknown", changed(lambda t: units(t)[1].update(arcs=[[9]]))
    yield "arc_minimum", text(TOPO).replace("[[-1,2]]", "[[-9223372036854775808]]")
    yield "arc_not_whole", changed(lambda t: units(t)[1].update(arcs=[[1.5]]))
    yield "arc_not_joined", changed(lambda t: units(t)[1].update(arcs=[[0, 2]]))
    yield "arc_nesting", changed(lambda t: units(t)[1].update(arcs=[0]))
    yield "arc_bomb", text({**TOPO, "objects": {"a": {"type": "MultiLineString", "arcs": [[0]] * 3000, "properties": {"code": "1"}}}, "arcs": [[[0, 0]] * 100]})
    yield "transform_half", changed(lambda t: t.update(transform={"scale": [1]}))
    yield "transform_huge", changed(lambda t: t.update(transform={"scale": [1e300, 1], "translate": [0, 0]}))
    yield "two_layers", changed(lambda t: t["objects"].update(other=t["objects"]["units"]))
    yield "bad_kind", changed(lambda t: units(t)[1].update(type="Circle"))
    yield "arcs_text", text(TOPO).replace("[[100,0],[0,100]]", '["x"]')


def encode(ring):
    """A ring by ECharts' encoding: text and offset."""
    at = [round(v * 1024) for v in ring[0]]
    out, before = "", at
    for place in ring:
        now = [round(v * 1024) for v in place]
        for axis in (0, 1):
            step = now[axis] - before[axis]
            out += chr((step << 1 ^ step >> 31) + 64)
        before = now
    return out, at


def echarts_map(count=2, **members):
    features = []
    for n in range(count):
        line, offset = encode(square(n))
        geometry = {"type": "Polygon", "coordinates": [line], "encodeOffsets": [offset]}
        features.append({"type": "Feature", "properties": {"code": f"99000100{n}", "name": f"第{n}村"}, "geometry": geometry})
    return {"type": "FeatureCollection", "UTF8Encoding": True, "features": features, **members}


def echarts():
    def changed(change):
        found = echarts_map()
        change(found["features"][1]["geometry"])
        return text(found)

    yield "truncated.json", text(echarts_map())[:150]
    yield "odd.json", changed(lambda g: g.update(coordinates=[g["coordinates"][0][:-1]]))
    yield "no_offsets.json", changed(lambda g: g.pop("encodeOffsets"))
    yield "offsets_short.json", changed(lambda g: g.update(encodeOffsets=[]))
    yield "offset_text.json", changed(lambda g: g.update(encodeOffsets=[["a", "b"]]))
    yield "plain_coordinates.json", changed(lambda g: g.update(coordinates=[square(1)]))
    yield "out_of_range.json", changed(lambda g: g.update(encodeOffsets=[[999999, 36864]]))
    yield "scale_zero.json", text(echarts_map(UTF8Scale=0))
    yield "no_features.json", text(echarts_map(0))
    yield "no_map.js", "define(['echarts'],function(e){e.registerMap(name,data)})"
    yield "script_call.js", "echarts.registerMap('x',{type:'FeatureCollection',features:load()})"
    yield "script_truncated.js", "echarts.registerMap('x'," + text(echarts_map())[:150]
    yield "script_key_twice.js", "echarts.registerMap('x',{type:1,'type':2})"
    yield "script_deep.js", "echarts.registerMap('x',{a:" + "[" * 500
    yield "two_maps.js", f"echarts.registerMap('甲',{text(echarts_map(1))});echarts.registerMap('乙',{text(echarts_map(2))})"


FIELDS = [("code", "C", 12, 0), ("name", "C", 20, 0), ("area", "N", 10, 2), ("date", "D", 8, 0)]
ROWS = [(f"99000100{n}", f"第{n}村", "007.50", "20250630") for n in range(3)]
WGS = b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'


def shape_set(**parts):
    """The files of a good shapefile, some of them changed; `None` leaves one out."""
    main, index = shp([shp_content([square(n)]) for n in range(3)])
    files = {"shp": main, "shx": index, "dbf": dbf(FIELDS, ROWS), "cpg": b"GBK", "prj": WGS}
    files.update(parts)
    return {k: v for k, v in files.items() if v is not None}


def patched(data, at, new):
    return data[:at] + new + data[at + len(new) :]


def shapefiles():
    good = shape_set()
    main, index, table = good["shp"], good["shx"], good["dbf"]
    record = 8 + len(shp_content([square(0)]))
    second = 100 + record
    yield "header_short", shape_set(shp=main[:60])
    yield "length_short", shape_set(shp=patched(main, 24, struct.pack(">i", (100 + record) // 2)))
    yield "length_long", shape_set(shp=patched(main, 24, struct.pack(">i", 10_000)))
    yield "length_negative", shape_set(shp=patched(main, 24, struct.pack(">i", -50)))
    yield "truncated", shape_set(shp=main[:-40])
    yield "kind_unknown", shape_set(shp=patched(main, 32, struct.pack("<i", 31)))
    yield "record_length_huge", shape_set(shp=patched(main, second + 4, struct.pack(">i", 0x7FFFFFFF)))
    yield "record_length_zero", shape_set(shp=patched(main, second + 4, struct.pack(">i", 0)))
    yield "record_number", shape_set(shp=patched(main, second, struct.pack(">i", 9)))
    yield "record_kind", shape_set(shp=patched(main, second + 8, struct.pack("<i", 3)))
    yield "points_huge", shape_set(shp=patched(main, second + 8 + 40, struct.pack("<i", 0x7FFFFFFF)))
    yield "points_negative", shape_set(shp=patched(main, second + 8 + 40, struct.pack("<i", -1)))
    yield "parts_huge", shape_set(shp=patched(main, second + 8 + 36, struct.pack("<i", 0x7FFFFFFF)))
    yield "part_start", shape_set(shp=patched(main, second + 8 + 44, struct.pack("<i", 3)))
    yield "nan", shape_set(shp=patched(main, second + 8 + 48, struct.pack("<d", float("nan"))))
    yield "no_data_value", shape_set(shp=patched(main, second + 8 + 48, struct.pack("<d", -1e39)))
    yield "null_shape", dict(zip(("shp", "shx"), shp([shp_content([square(0)]), shp_content(None), shp_content([square(2)])]))) | {k: good[k] for k in ("dbf", "cpg", "prj")}
    yield "index_short", shape_set(shx=shp_head(5, len(index) - 8) + index[100:-8])
    yield "index_equal", shape_set(shx=shp_head(5, len(index)) + index[100:108] * 3)
    yield "index_inside", shape_set(shx=patched(index, 108, struct.pack(">i", 60)))
    yield "index_of_another", shape_set(shx=main)
    yield "no_dbf", shape_set(dbf=None)
    yield "rows_fewer", shape_set(dbf=dbf(FIELDS, ROWS[:2]))
    yield "rows_more", shape_set(dbf=dbf(FIELDS, ROWS + ROWS))
    yield "rows_stated", shape_set(dbf=patched(table, 4, struct.pack("<I", 2)))
    yield "rows_truncated", shape_set(dbf=table[:-30])
    yield "rows_huge", shape_set(dbf=patched(table, 4, struct.pack("<I", 0xFFFFFFFF)))
    yield "row_mark", shape_set(dbf=patched(table, 33 + 32 * 4 + 51, b"?"))
    yield "row_deleted", shape_set(dbf=dbf(FIELDS, ROWS, deleted=[1]))
    yield "dbf_version", shape_set(dbf=patched(table, 0, b"\0"))
    yield "dbf_header_huge", shape_set(dbf=patched(table, 8, b"\xff\xff"))
    yield "dbf_row_length", shape_set(dbf=patched(table, 10, b"\x07\0"))
    yield "dbf_no_end_of_fields", shape_set(dbf=patched(table, 32 + 32 * 4, b"x"))
    yield "field_twice", shape_set(dbf=dbf([FIELDS[0], ("name", "C", 20, 0), ("name", "C", 10, 0)], [r[:2] + ("x",) for r in ROWS]))
    yield "no_code_field", shape_set(dbf=dbf([("编码", "C", 12, 0), *FIELDS[1:]], ROWS))
    yield "gbk_as_utf8", shape_set(cpg=b"UTF-8")
    yield "cpg_unknown", shape_set(cpg=b"KLINGON")
    yield "no_cpg_gbk", shape_set(cpg=None)
    yield "no_cpg_utf8", shape_set(cpg=None, dbf=dbf(FIELDS, ROWS, "utf-8"))
    yield "no_cpg_ansi", shape_set(cpg=None, dbf=dbf(FIELDS, ROWS, language=0x57))
    yield "name_cut", shape_set(dbf=dbf([FIELDS[0], ("name", "C", 5, 0)], [(r[0], "第一村委会") for r in ROWS]))
    yield "30_february", shape_set(dbf=dbf(FIELDS, [ROWS[0], (*ROWS[1][:3], "20250230"), ROWS[2]]))
    yield "number_overflow", shape_set(dbf=dbf(FIELDS, [ROWS[0], (*ROWS[1][:2], "*" * 10, "20250101"), ROWS[2]]))
    yield "no_prj", shape_set(prj=None)
    yield "prj_xian", shape_set(prj=WGS.replace(b"WGS_1984", b"Xian_1980"))
    yield "prj_garbage", shape_set(prj=b"[[[[")
    yield "prj_deep", shape_set(prj=b"A[" * 1000)
    yield "prj_metres_but_degrees", shape_set(prj=GK_PRJ.format(zone=33, meridian=99).encode())
    metres = [[gauss_kruger(x, y, 99, 33_500_000) for x, y in square(n)] for n in range(3)]
    far = shp([shp_content([ring]) for ring in metres])
    yield "metres_no_prj", shape_set(shp=far[0], shx=far[1], prj=None)
    yield "metres_wrong_zone", shape_set(shp=far[0], shx=far[1], prj=GK_PRJ.format(zone=34, meridian=102).encode())


def geopackages():
    body = wkb([square(0)])
    second = wkb([square(1)])
    nested = b"\1\7\0\0\0\1\0\0\0" * 50
    yield "wkb_truncated", dict(blobs=[gpb(body), gpb(second[:30])])
    yield "wkb_count", dict(blobs=[gpb(body), gpb(patched(second, 9, b"\xff\xff\xff\x7f"))])
    yield "wkb_nested", dict(blobs=[gpb(body), gpb(nested)])
    yield "wkb_kind", dict(blobs=[gpb(body), gpb(patched(second, 1, b"\x0c"))])
    yield "wkb_order", dict(blobs=[gpb(body), gpb(patched(second, 0, b"\x07"))])
    yield "wkb_nan", dict(blobs=[gpb(body), gpb(patched(second, 13, struct.pack("<d", float("nan"))))])
    yield "header_version", dict(blobs=[gpb(body), b"GP\x09\x01" + gpb(second)[4:]])
    yield "header_envelope", dict(blobs=[gpb(body), gpb(second, 0x0F)])
    yield "geometry_text", dict(blobs=[gpb(body), "POLYGON((100 36))"])
    yield "geometry_null", dict(blobs=[gpb(body), None])
    yield "no_contents", dict(blobs=[gpb(body)], sql=["DROP TABLE gpkg_contents"])
    yield "no_table", dict(blobs=[gpb(body)], sql=["DROP TABLE units"])
    yield "view", dict(blobs=[gpb(body)], sql=["DROP TABLE units", "CREATE VIEW units AS SELECT 1 AS geom, '1' AS code"])
    yield "no_column", dict(blobs=[gpb(body)], sql=["UPDATE gpkg_geometry_columns SET column_name = 'x'"])
    yield "crs_xian", dict(blobs=[gpb(body)], srs=("EPSG", 2349, "undefined"))
    yield "crs_undefined", dict(blobs=[gpb(body)], srs=("NONE", -1, "undefined"))


# Inputs that a fuzzer found, by target: what they broke is mended and stays so.
FOUND = {}


def good():
    yield "collection.geojson", collection([feature(n) for n in range(3)])
    yield "one.geojson", text(feature(0))
    yield "lines.geojson", "".join(text(feature(n)) + "\r\n" for n in range(3))
    yield "sequence.geojson", "".join("\x1e" + text(feature(n)) + "\n" for n in range(3))
    yield "bom.geojson", "\ufeff" + collection([feature(0)])
    yield "mixed.geojson", collection([raw(0, '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},%s]}' % polygon(text([square(0)])))])
    yield "crs_last.geojson", collection([raw(0, '{"type":"Point","coordinates":[36450000,4000000]}')], crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4524"}})
    yield "topology.json", text(TOPO)
    yield "encoded.json", text(echarts_map())
    yield "encoded.js", "!function(e){e.registerMap('甲'," + text(echarts_map()).replace('"type"', "type").replace("true", "!0") + ")}(echarts)"


def write(folder, name, data):
    data = data.encode() if isinstance(data, str) else data
    (folder / name).write_bytes(data)


def main():
    for folder in (BAD, GOOD):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name, data in geojson():
        write(BAD, f"geojson_{name}.geojson", data)
    for name, data in topojson():
        write(BAD, f"topojson_{name}.json", data)
    for name, data in echarts():
        write(BAD, f"echarts_{name}", data)
    for name, files in shapefiles():
        for ending, data in files.items():
            write(BAD, f"shp_{name}.{ending}", data)
    for name, options in geopackages():
        gpkg(BAD / f"gpkg_{name}.gpkg", **options)
    write(BAD, "gpkg_truncated.gpkg", (BAD / "gpkg_geometry_null.gpkg").read_bytes()[:1024])
    write(BAD, "gpkg_no_database.gpkg", b"SQLite format 3\0" + b"x" * 100)
    for name, data in FOUND.items():
        write(BAD, name, data)
    for name, data in good():
        write(GOOD, name, data)
    for ending, data in shape_set().items():
        write(GOOD, f"set.{ending}", data)
    gpkg(GOOD / "package.gpkg", [gpb(wkb([square(n)])) for n in range(2)])
    print(len(list(BAD.iterdir())), "bad files,", len(list(GOOD.iterdir())), "good files")


main()
