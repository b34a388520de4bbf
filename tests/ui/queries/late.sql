-- Flights that left late, by carrier.
SELECT carrier, count(*) AS flights
FROM flights
WHERE dep_delay > :minutes
GROUP BY carrier
