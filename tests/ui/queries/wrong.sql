-- Airlines by name.
SELECT carrier, name
FROM airlines
WHERE nam LIKE 'A%'
