-- Twenty questions that analysts ask, over the public views (docs/data.md). Each runs with `wiredesk query "…"`.

-- 1. Which incidents and hazards are there, the newest first?
SELECT incident_id, class, severity, title, articles, texts, origins, last_published::DATE AS last_day
FROM incidents
WHERE merged_into IS NULL AND class IN ('incident', 'hazard')
ORDER BY last_published DESC NULLS LAST, incident_id;

-- 2. What became of every URL that was met?
SELECT outlet_id, outcome, count(*) AS urls
FROM fetches
GROUP BY ALL
ORDER BY outlet_id, urls DESC, outcome;

-- 3. Where do pages and texts stop, and why?
SELECT stage, outcome, any_value(reason) AS for_example, count(*) AS how_many
FROM rejects
GROUP BY stage, outcome
ORDER BY how_many DESC, stage, outcome;

-- 4. Which texts travelled furthest: one text, many carriers?
SELECT t.text_id, t.title, t.carriers, t.outlet_count, t.outlets
FROM texts t
WHERE t.carriers > 1
ORDER BY t.carriers DESC, t.text_id;

-- 5. Which incidents rest on a single origin, however many articles repeat it?
SELECT incident_id, title, articles, texts, origins
FROM incidents
WHERE merged_into IS NULL AND origins = 1
ORDER BY articles DESC, incident_id;

-- 6. Which values does each incident carry on each axis?
SELECT subject_id AS incident_id, axis, list(value ORDER BY score DESC, value) AS "values"
FROM labels
WHERE subject = 'incident'
GROUP BY ALL
ORDER BY incident_id, axis;

-- 7. Which sentence carries the harm types, in the original and in English?
SELECT e.subject_id AS incident_id, e.value, e.quote, e.quote_en, a.url
FROM evidence e JOIN articles a USING (article_id)
WHERE e.subject = 'incident' AND e.axis = 'harm_type'
ORDER BY incident_id, e.value, e.article_id, e.start_at;

-- 8. How many incidents and hazards a month?
SELECT strftime(first_published, '%Y-%m') AS month, class, count(*) AS how_many
FROM incidents
WHERE merged_into IS NULL AND class IN ('incident', 'hazard')
GROUP BY ALL
ORDER BY month, class;

-- 9. Which harms in which countries?
SELECT country, l.value AS harm, count(DISTINCT i.incident_id) AS incidents
FROM (SELECT incident_id, unnest(countries) AS country FROM incidents WHERE merged_into IS NULL) i
JOIN labels l ON l.subject = 'incident' AND l.subject_id = i.incident_id AND l.axis = 'harm_type'
GROUP BY ALL
ORDER BY incidents DESC, country, harm;

-- 10. Which outlets report first?
SELECT outlet_id, count(*) AS first_reports
FROM (
    SELECT m.incident_id, a.outlet_id
    FROM incident_members m JOIN articles a USING (article_id)
    WHERE a.published IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY m.incident_id ORDER BY a.published, a.article_id) = 1
)
GROUP BY outlet_id
ORDER BY first_reports DESC, outlet_id;

-- 11. How many hours after the first report does each outlet follow?
SELECT a.outlet_id, count(*) AS reports,
       round(median(date_diff('minute', i.first_published, a.published)) / 60, 1) AS median_hours
FROM incident_members m
JOIN incidents i USING (incident_id)
JOIN articles a USING (article_id)
WHERE m.role = 'report' AND a.published IS NOT NULL
GROUP BY a.outlet_id
ORDER BY median_hours, a.outlet_id;

-- 12. Where do texts disagree about the class?
SELECT incident_id, list(value || ' ' || texts ORDER BY texts DESC, value) AS tally, any_value(deciding_rule) AS decided_by
FROM votes
WHERE axis = 'class'
GROUP BY incident_id
HAVING count(*) > 1
ORDER BY incident_id;

-- 13. What would change the outcome?
SELECT incident_id, axis, value, texts, flips_if
FROM votes
WHERE flips_if IS NOT NULL
ORDER BY incident_id, axis, texts DESC, value;

-- 14. Which articles would a search of titles for AI terms have missed?
SELECT a.article_id, a.title, t.relevance
FROM articles a JOIN texts t USING (text_id)
WHERE t.class IN ('incident', 'hazard')
  AND NOT regexp_matches(a.title, '(?i)\bAI\b|人工智[慧能]|演算法|算法|機器人|机器人|晶片|芯片')
ORDER BY a.published, a.article_id;

-- 15. Which texts appear in both scripts?
SELECT a.text_id, any_value(t.title) AS title, list(DISTINCT a.script ORDER BY a.script) AS scripts
FROM articles a JOIN texts t USING (text_id)
WHERE a.script IN ('Hans', 'Hant')
GROUP BY a.text_id
HAVING count(DISTINCT a.script) = 2
ORDER BY a.text_id;

-- 16. Which translated sentences look wrong?
SELECT flag, count(*) AS sentences, any_value(source) AS for_example, any_value(target) AS translated
FROM (SELECT unnest(flags) AS flag, source, target FROM sentences WHERE current)
GROUP BY flag
ORDER BY sentences DESC, flag;

-- 17. Is any label of an incident without a sentence?
SELECT l.subject_id AS incident_id, l.axis, l.value, l.decided_by
FROM labels l
LEFT JOIN evidence e USING (subject, subject_id, axis, value)
WHERE l.subject = 'incident' AND e.quote IS NULL AND l.value NOT IN ('unrelated', 'unknown')
ORDER BY ALL;

-- 18. What did people decide, and does it stand?
SELECT made, made_by, action, subject_id, reason, coalesce('undone by ' || undone_by, outcome) AS stands
FROM decisions
ORDER BY made, decision_id;

-- 19. What happened to each incident, and because of what?
SELECT h.happened, h.incident_id, h.revision, h.kind, h.reason, h.made_by
FROM incident_history h
ORDER BY h.happened DESC, h.incident_id, h.n DESC
LIMIT 50;

-- 20. Which organisations are named, in what part, in how many incidents?
SELECT f.value AS organisation, f.role, count(DISTINCT m.incident_id) AS incidents
FROM facts f
JOIN (SELECT DISTINCT incident_id, text_id FROM incident_members) m USING (text_id)
WHERE f.kind = 'organisation'
GROUP BY ALL
ORDER BY incidents DESC, organisation, f.role;
