-- What a node of the cluster holds: Picodata's catalog as its 26.1 shows it over the wire (`any`, `map` and `array` are
-- json, `unsigned` is bigint), the functions that tell of a node, and user tables. psql's variables: `me` (i1, i2 or i3),
-- `first`, `second` and `third` (the nodes' ports).
-- Each node has tables of its own: what one is told, the others do not know.

CREATE TABLE _pico_instance (
    name text PRIMARY KEY, uuid text NOT NULL, raft_id bigint NOT NULL, replicaset_name text NOT NULL,
    replicaset_uuid text NOT NULL, current_state json NOT NULL, target_state json NOT NULL,
    failure_domain json NOT NULL, tier text NOT NULL, picodata_version text NOT NULL, sync_incarnation bigint,
    target_state_reason text, target_state_change_time timestamptz
);
CREATE TABLE _pico_peer_address (
    raft_id bigint, address text NOT NULL, connection_type text, PRIMARY KEY (raft_id, connection_type)
);
CREATE TABLE _pico_replicaset (
    name text PRIMARY KEY, uuid text NOT NULL, current_master_name text NOT NULL, target_master_name text NOT NULL,
    tier text NOT NULL, weight double precision NOT NULL, weight_origin text NOT NULL, state text NOT NULL,
    current_config_version bigint NOT NULL, target_config_version bigint NOT NULL, promotion_vclock json NOT NULL,
    master_change_counter bigint, current_bucket_state_version bigint, target_bucket_state_version bigint
);
CREATE TABLE _pico_tier (
    name text PRIMARY KEY, replication_factor bigint NOT NULL, can_vote boolean NOT NULL,
    current_vshard_config_version bigint NOT NULL, target_vshard_config_version bigint NOT NULL,
    vshard_bootstrapped boolean NOT NULL, bucket_count bigint NOT NULL, is_default boolean,
    current_bucket_state_version bigint, target_bucket_state_version bigint
);
CREATE TABLE _pico_table (
    id bigint PRIMARY KEY, name text NOT NULL, distribution json NOT NULL, format json NOT NULL,
    schema_version bigint NOT NULL, operable boolean NOT NULL, engine text NOT NULL, owner bigint NOT NULL,
    description text NOT NULL, opts json
);
CREATE TABLE _pico_index (
    table_id bigint, id bigint, name text NOT NULL, type text NOT NULL, opts json NOT NULL, parts json NOT NULL,
    operable boolean NOT NULL, schema_version bigint NOT NULL, PRIMARY KEY (table_id, id)
);
CREATE TABLE _pico_property (key text PRIMARY KEY, value json NOT NULL);
CREATE TABLE _pico_routine (
    id bigint PRIMARY KEY, name text NOT NULL, kind text NOT NULL, params json NOT NULL, returns json NOT NULL,
    language text NOT NULL, body text NOT NULL, security text NOT NULL, operable boolean NOT NULL,
    schema_version bigint NOT NULL, owner bigint NOT NULL
);

-- Not of Picodata: who this node is, and where `_pico_bucket` looks.
CREATE TABLE here (name text PRIMARY KEY);
CREATE TABLE bucket_ranges (
    tier text, first bigint, last bigint NOT NULL, state text NOT NULL DEFAULT 'active',
    current_replicaset text NOT NULL, target_replicaset text NOT NULL, PRIMARY KEY (tier, first)
);
INSERT INTO here VALUES (:'me');

-- SECURITY DEFINER: any user may ask these, whatever tables it may read.
CREATE FUNCTION pico_instance_name() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT name FROM here';
CREATE FUNCTION pico_instance_uuid() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    AS 'SELECT uuid FROM _pico_instance JOIN here USING (name)';
CREATE FUNCTION instance_uuid() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT pico_instance_uuid()';
CREATE FUNCTION pico_replicaset_name() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    AS 'SELECT replicaset_name FROM _pico_instance JOIN here USING (name)';
CREATE FUNCTION pico_tier_name() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    AS 'SELECT tier FROM _pico_instance JOIN here USING (name)';
-- As 26.1 fails: a tier that is none, and a bucket of which nobody knows where it is.
CREATE FUNCTION _pico_bucket(wanted text) RETURNS json LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
    expected bigint := 1;
    map json[] := '{}';
    range record;
BEGIN
    PERFORM FROM _pico_tier WHERE name = wanted;
    IF NOT FOUND THEN RAISE 'sbroad: _pico_bucket: tier ''%'' doesn''t exist', wanted USING ERRCODE = 'XX000'; END IF;
    FOR range IN
        SELECT b.*, c.uuid AS current_uuid, t.uuid AS target_uuid FROM bucket_ranges b
        JOIN _pico_replicaset c ON c.name = b.current_replicaset JOIN _pico_replicaset t ON t.name = b.target_replicaset
        WHERE b.tier = wanted ORDER BY b.first
    LOOP
        EXIT WHEN range.first <> expected;
        expected := range.last + 1;
        map := map || json_build_object('bucket_id_start', range.first, 'bucket_id_end', range.last, 'state', range.state,
            'tier_name', wanted, 'current_replicaset_uuid', range.current_uuid, 'target_replicaset_uuid', range.target_uuid);
    END LOOP;
    IF expected <= (SELECT bucket_count FROM _pico_tier WHERE name = wanted) THEN
        RAISE 'Bucket % cannot be found. Is rebalancing in progress?', expected USING ERRCODE = 'XX000';
    END IF;
    RETURN array_to_json(map);
END $$;

-- CALL layout('flat'): three replicasets of one node. 'replicas': r1 is i1 (master) and i2, r2 is i3. 'tiers': i1 and i2
-- are the tier `default`, i3 is `hot` with 100 buckets. Everybody is online again.
CREATE PROCEDURE layout(kind text) LANGUAGE plpgsql AS $$
DECLARE
    -- Of each node in turn.
    sets text[] := CASE kind WHEN 'flat' THEN '{r1,r2,r3}' WHEN 'replicas' THEN '{r1,r1,r2}' WHEN 'tiers' THEN '{r1,r2,r3}' END;
    tiers text[] := CASE kind WHEN 'tiers' THEN '{default,default,hot}' ELSE '{default,default,default}' END;
    uuids text[] := '{1,2,3}';
BEGIN
    IF sets IS NULL THEN RAISE 'layouts are flat, replicas, tiers'; END IF;
    DELETE FROM _pico_instance;
    DELETE FROM _pico_replicaset;
    DELETE FROM _pico_tier;
    DELETE FROM bucket_ranges;
    INSERT INTO _pico_instance
        SELECT 'i' || n, format('00000000-0000-4000-8000-00000000010%s', n), n, sets[n],
            format('00000000-0000-4000-8000-00000000020%s', right(sets[n], 1)), '["Online",1]', '["Online",1]',
            json_build_object('DC', 'DC' || n), tiers[n], '26.1.6-0-g0000000', 1, '', '2026-01-01T00:00:00Z'
        FROM generate_series(1, 3) n;
    INSERT INTO _pico_replicaset
        SELECT replicaset_name, min(replicaset_uuid), min(name), min(name), min(tier), 1, 'auto', 'ready', 1, 1, '{"1": 100}',
            0, 1, 1
        FROM _pico_instance GROUP BY replicaset_name;
    INSERT INTO _pico_tier
        SELECT tier, CASE kind WHEN 'replicas' THEN 2 ELSE 1 END, true, 1, 1, true, CASE tier WHEN 'hot' THEN 100 ELSE 3000 END,
            tier = 'default', 1, 1
        FROM _pico_instance GROUP BY tier;
    INSERT INTO bucket_ranges
        SELECT tier, 1 + buckets * (at - 1) / parts, buckets * at / parts, 'active', name, name
        FROM (SELECT r.tier, r.name, t.bucket_count AS buckets, row_number() OVER (PARTITION BY r.tier ORDER BY r.name) AS at,
                count(*) OVER (PARTITION BY r.tier) AS parts
              FROM _pico_replicaset r JOIN _pico_tier t ON t.name = r.tier) ranked;
END $$;
CALL layout('flat');

-- Nothing listens for `iproto` and `http`: a client that takes them for `pgproto` is refused.
INSERT INTO _pico_peer_address VALUES
    (1, '127.0.0.1:' || :'first', 'pgproto'), (2, '127.0.0.1:' || :'second', 'pgproto'), (3, '127.0.0.1:' || :'third', 'pgproto'),
    (1, '127.0.0.1:1', 'iproto'), (2, '127.0.0.1:2', 'iproto'), (3, '127.0.0.1:3', 'iproto'),
    (1, '127.0.0.1:4', 'http'), (2, '127.0.0.1:5', 'http'), (3, '127.0.0.1:6', 'http'),
    (1, '127.0.0.1:7', 'plugin:radix.radix');
INSERT INTO _pico_property VALUES
    ('cluster_version', '"26.1.6"'), ('global_schema_version', '5'), ('next_schema_version', '6'), ('system_catalog_version', '"26.1.5"');

-- User tables. `ran_on` says which node a row was written on, unless the statement itself does.
CREATE TABLE probe (
    id bigint PRIMARY KEY, name text NOT NULL, note text, qty bigint, big bigint CHECK (big >= 0), price numeric,
    ratio double precision, ok boolean, uid uuid, at timestamptz
);
CREATE TABLE codes (code text PRIMARY KEY, title text);
CREATE TABLE ledger (
    id bigint PRIMARY KEY, worker bigint NOT NULL, note text, ran_on text NOT NULL DEFAULT pico_instance_name()
);
CREATE TABLE orders (
    tenant bigint, code text, amount numeric, ran_on text NOT NULL DEFAULT pico_instance_name(), PRIMARY KEY (tenant, code)
);
-- A statement `SELECT name FROM sharded WHERE id = $1` says which node answered it.
CREATE TABLE sharded (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO probe VALUES
    (1, 'one', NULL, 7, 9, 12345.678900, 0.25, true, '102be9bf-215f-4180-b4c9-cc11983e988d', '2026-02-03 04:05:06.123456+00'),
    (2, 'two😀', 'n', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO codes VALUES ('one', 'The first'), ('two', NULL);
INSERT INTO sharded SELECT n, :'me' FROM generate_series(1, 3000) n;
-- Other data than PostgreSQL has of its own: what Picodata's catalog says of these tables.
INSERT INTO _pico_table VALUES
    (1025, 'probe', '{"ShardedImplicitly":[["id"],"murmur3","default"]}', '[
        {"name":"id","field_type":"integer","is_nullable":false},{"name":"bucket_id","field_type":"unsigned","is_nullable":false},
        {"name":"name","field_type":"string","is_nullable":false},{"name":"note","field_type":"string","is_nullable":true},
        {"name":"qty","field_type":"integer","is_nullable":true},{"name":"big","field_type":"unsigned","is_nullable":true},
        {"name":"price","field_type":"decimal","is_nullable":true},{"name":"ratio","field_type":"double","is_nullable":true},
        {"name":"ok","field_type":"boolean","is_nullable":true},{"name":"uid","field_type":"uuid","is_nullable":true},
        {"name":"at","field_type":"datetime","is_nullable":true}]', 1, true, 'memtx', 1, '', '[]'),
    (1026, 'codes', '{"Global":null}', '[{"name":"code","field_type":"string","is_nullable":false},
        {"name":"title","field_type":"string","is_nullable":true}]', 2, true, 'memtx', 1, '', '[]'),
    (1027, 'ledger', '{"ShardedImplicitly":[["id"],"murmur3","default"]}', '[
        {"name":"id","field_type":"integer","is_nullable":false},{"name":"bucket_id","field_type":"unsigned","is_nullable":false},
        {"name":"worker","field_type":"integer","is_nullable":false},{"name":"note","field_type":"string","is_nullable":true},
        {"name":"ran_on","field_type":"string","is_nullable":false}]', 3, true, 'memtx', 1, '', '[]'),
    (1028, 'orders', '{"ShardedImplicitly":[["tenant","code"],"murmur3","default"]}', '[
        {"name":"tenant","field_type":"integer","is_nullable":false},{"name":"code","field_type":"string","is_nullable":false},
        {"name":"bucket_id","field_type":"unsigned","is_nullable":false},{"name":"amount","field_type":"decimal","is_nullable":true},
        {"name":"ran_on","field_type":"string","is_nullable":false}]', 4, true, 'vinyl', 1, '', '[]'),
    (1029, 'sharded', '{"ShardedImplicitly":[["id"],"murmur3","default"]}', '[
        {"name":"id","field_type":"integer","is_nullable":false},{"name":"bucket_id","field_type":"unsigned","is_nullable":false},
        {"name":"name","field_type":"string","is_nullable":false}]', 5, true, 'memtx', 1, '', '[]'),
    (1030, 'here', '{"Global":null}', '[{"name":"name","field_type":"string","is_nullable":false}]', 5, true, 'memtx', 1, '', '[]');
INSERT INTO _pico_index
    SELECT id, 0, format('%s_pkey', id), 'tree', '[{"unique":true}]', parts::json, true, schema_version FROM (
        SELECT t.*, CASE name WHEN 'orders' THEN '[["tenant","integer",null,false,null],["code","string",null,false,null]]'
            WHEN 'codes' THEN '[["code","string",null,false,null]]' WHEN 'here' THEN '[["name","string",null,false,null]]'
            ELSE '[["id","integer",null,false,null]]' END AS parts FROM _pico_table t) keyed;
INSERT INTO _pico_index VALUES
    (1025, 1, '1025_bucket_id', 'tree', '[{"unique":false}]', '[["bucket_id","unsigned",null,false,null]]', true, 1),
    (1025, 2, 'probe_name', 'tree', '[{"unique":false}]', '[["name","string",null,false,null]]', true, 1);
INSERT INTO _pico_routine VALUES
    (1, 'add_code', 'PROCEDURE', '[{"mode":"IN","type":"string","default":null},{"mode":"IN","type":"string","default":null}]', '[]',
     'SQL', 'INSERT INTO codes VALUES ($1::text, $2::text)', 'INVOKER', true, 5, 1);
CREATE PROCEDURE add_code(text, text) LANGUAGE sql AS 'INSERT INTO codes VALUES ($1, $2)';

-- Rights as on 25.6 and 26.1: a user may read two tables of the catalog and call the functions.
GRANT ALL ON ALL TABLES IN SCHEMA public TO admin, admin_md5;
GRANT SELECT ON _pico_instance, _pico_peer_address TO plain, plain_md5, plain_mtls;
GRANT ALL ON probe, codes, ledger, orders, sharded, here TO plain, plain_md5, plain_mtls;
GRANT CREATE ON SCHEMA public TO admin, admin_md5;
