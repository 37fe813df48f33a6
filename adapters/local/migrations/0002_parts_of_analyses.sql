-- What a file says of itself has become more than its tags.
UPDATE analyses
SET doc = json_set(
    json_remove(doc, '$.embedded_tags'),
    '$.embedded',
    json_object('tags', json(json_extract(doc, '$.embedded_tags')), 'chapters', json('[]'), 'cover', json('false'))
)
WHERE json_type(doc, '$.embedded_tags') IS NOT NULL;
