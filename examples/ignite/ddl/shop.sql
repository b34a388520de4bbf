CREATE TABLE IF NOT EXISTS account (
    id    BIGINT PRIMARY KEY,
    owner VARCHAR(40) NOT NULL,
    cents BIGINT NOT NULL
) WITH "atomicity=transactional,cache_name=Account,value_type=Account";

CREATE TABLE IF NOT EXISTS purchase (
    account_id BIGINT NOT NULL,
    id         INT NOT NULL,
    item       VARCHAR NOT NULL,
    placed     DATE,
    PRIMARY KEY (account_id, id)
) WITH "affinity_key=account_id,backups=1,cache_name=Purchase,key_type=PurchaseKey,value_type=Purchase";
