-- Lists, structs, maps, and these within one another.
CREATE TABLE nested AS SELECT 1 AS id, 'x' AS name, [1, 2, 3] AS numbers, ['a', 'b'] AS tags, [1.5, 2.5] AS weights, [[1], [2, 3]] AS grid, named_struct('a', 1, 'b', 'x') AS pair, MAP {'a': 1} AS counts;
CREATE TABLE deep AS SELECT 1 AS id, named_struct('inner', named_struct('a', 1, 'b', 'x'), 'list', [1, 2]) AS whole, [named_struct('a', 1, 'b', 'x')] AS pairs, MAP {'k': ['a']} AS groups;
CREATE TABLE flat (id BIGINT NOT NULL, name VARCHAR, amount DOUBLE, numbers BIGINT[], tags VARCHAR[]);
