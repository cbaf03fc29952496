-- Sums of the reports of :level in one period, by the unit of :above that they lie in.
WITH RECURSIVE
  live AS MATERIALIZED (SELECT id FROM batch WHERE county = :county AND withdrawn_at IS NULL),
  unit AS MATERIALIZED (SELECT uid, level, parent_uid FROM unit_version WHERE county = :county AND batch IN live),
  way(uid, above) AS (
    SELECT uid, uid FROM unit WHERE level = :above
    UNION ALL
    SELECT unit.uid, way.above FROM way JOIN unit ON unit.parent_uid = way.uid
  ),
  home AS MATERIALIZED (SELECT way.uid, way.above FROM way JOIN unit USING (uid) WHERE unit.level = :level)
SELECT home.above, v.indicator, total(v.num), total(v.den), total(v.value), count(*)
FROM value v JOIN home ON home.uid = v.uid
WHERE v.county = :county AND v.indicator IN (SELECT value FROM json_each(:indicators))
  AND v.period_start = :start AND v.period_end = :end AND v.state = 'value' AND v.batch IN live
GROUP BY home.above, v.indicator;
