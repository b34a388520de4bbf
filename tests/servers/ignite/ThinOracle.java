import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.cache.Cache;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheKeyConfiguration;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.query.FieldsQueryCursor;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.client.ClientCache;
import org.apache.ignite.client.ClientCacheConfiguration;
import org.apache.ignite.client.ClientTransaction;
import org.apache.ignite.client.IgniteClient;
import org.apache.ignite.client.SslMode;
import org.apache.ignite.configuration.ClientConfiguration;
import org.apache.ignite.internal.binary.BinaryObjectImpl;
import org.apache.ignite.internal.binary.streams.BinaryHeapInputStream;
import org.apache.ignite.internal.binary.streams.BinaryInputStream;
import org.apache.ignite.transactions.TransactionConcurrency;
import org.apache.ignite.transactions.TransactionIsolation;

/** Ignite's own thin client, driven by JSON lines: a request a line on stdin, its answer a line on stdout (README.md). */
public final class ThinOracle {
  private final ObjectMapper mapper = new ObjectMapper();
  private IgniteClient client;
  private ClientTransaction transaction;

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    // Whatever else is printed must not get between the answers.
    System.setOut(System.err);
    new ThinOracle().serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), out);
  }

  private void serve(BufferedReader in, PrintStream out) throws Exception {
    mapper.getFactory().enable(JsonGenerator.Feature.ESCAPE_NON_ASCII);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      ObjectNode answer = mapper.createObjectNode();
      try {
        answer.set("ok", answer(mapper.readTree(line)));
      } catch (Throwable thrown) {
        Throwable error = thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
        ObjectNode json = answer.putObject("error");
        json.put("class", error.getClass().getSimpleName()).put("message", String.valueOf(error.getMessage()));
      }
      out.println(mapper.writeValueAsString(answer));
      out.flush();
    }
    Runtime.getRuntime().halt(0);
  }

  private JsonNode answer(JsonNode request) throws Exception {
    switch (request.get("op").asText()) {
      case "connect": return connect(request);
      case "create": return create(request);
      case "destroy":
        client.destroyCache(request.get("cache").asText());
        return mapper.nullNode();
      case "put":
        cache(request).put(java(request.get("key")), java(request.get("value")));
        return mapper.nullNode();
      case "get": return get(request);
      case "put_all":
        cache(request).putAll(entries(request.get("entries")));
        return mapper.nullNode();
      case "get_all": return getAll(request);
      case "contains": return mapper.valueToTree(cache(request).containsKey(java(request.get("key"))));
      case "remove": return mapper.valueToTree(cache(request).remove(java(request.get("key"))));
      case "size": return mapper.valueToTree(cache(request).size());
      case "scan": return scan(request);
      case "sql": return sql(request);
      case "tx_start":
        transaction = client.transactions().txStart(
            TransactionConcurrency.valueOf(request.get("concurrency").asText()),
            TransactionIsolation.valueOf(request.get("isolation").asText()));
        return mapper.nullNode();
      case "tx_end":
        if (request.get("commit").asBoolean()) {
          transaction.commit();
        }
        transaction.close();
        return mapper.nullNode();
      case "register_enum": return registerEnum(request);
      case "type": return type(request.get("type").asText());
      case "marshal": return mapper.valueToTree(hex(java(request.get("value"))));
      case "unmarshal": return unmarshal(request);
      case "where": return where(request.get("cache").asText());
      case "nodes": return nodes();
      case "kill": return kill(request.get("node").asText());
      default: throw new IllegalArgumentException("unknown op " + request.get("op"));
    }
  }

  private JsonNode connect(JsonNode request) {
    List<String> addresses = new ArrayList<>();
    request.get("addresses").forEach(address -> addresses.add(address.asText()));
    ClientConfiguration configuration = new ClientConfiguration().setAddresses(addresses.toArray(new String[0]));
    configuration.setPartitionAwarenessEnabled(request.path("partition_aware").asBoolean(true));
    // The addresses given are all there are: discovery would only find them again.
    configuration.setClusterDiscoveryEnabled(false).setTimeout(120_000);
    if (request.has("user")) {
      configuration.setUserName(request.get("user").asText()).setUserPassword(request.get("password").asText());
    }
    if (request.has("keys")) {
      String keys = request.get("keys").asText();
      String name = request.path("identity").asText("client");
      configuration.setSslMode(SslMode.REQUIRED);
      configuration.setSslClientCertificateKeyStorePath(keys + "/" + name + ".p12");
      configuration.setSslClientCertificateKeyStoreType("PKCS12").setSslClientCertificateKeyStorePassword("changeit");
      configuration.setSslTrustCertificateKeyStorePath(keys + "/trust.p12");
      configuration.setSslTrustCertificateKeyStoreType("PKCS12").setSslTrustCertificateKeyStorePassword("changeit");
    }
    if (client != null) {
      client.close();
      client = null;
    }
    client = Ignition.startClient(configuration);
    return mapper.nullNode();
  }

  private JsonNode create(JsonNode request) throws Exception {
    String name = request.get("cache").asText();
    String atomicity = request.path("atomicity").asText("TRANSACTIONAL");
    int backups = request.path("backups").asInt(0);
    JsonNode affinity = request.get("affinity_key");
    String type = affinity == null ? null : affinity.get(0).asText();
    String field = affinity == null ? null : affinity.get(1).asText();
    if (request.has("partitions")) {
      task("create", name, request.get("partitions").asInt(), backups, atomicity, type, field);
      return mapper.nullNode();
    }
    ClientCacheConfiguration configuration = new ClientCacheConfiguration().setName(name).setBackups(backups);
    configuration.setAtomicityMode(CacheAtomicityMode.valueOf(atomicity));
    configuration.setCacheMode(CacheMode.valueOf(request.path("mode").asText("PARTITIONED")));
    if (type != null) {
      configuration.setKeyConfiguration(new CacheKeyConfiguration(type, field));
    }
    client.getOrCreateCache(configuration);
    return mapper.nullNode();
  }

  private ClientCache<Object, Object> cache(JsonNode request) {
    return client.cache(request.get("cache").asText()).withKeepBinary();
  }

  private Object java(JsonNode json) {
    return new Values(client.binary()).toJava(json);
  }

  private JsonNode json(Object value) {
    return new Values(client.binary()).toJson(value);
  }

  private Map<Object, Object> entries(JsonNode pairs) {
    Map<Object, Object> entries = new LinkedHashMap<>();
    pairs.forEach(pair -> entries.put(java(pair.get(0)), java(pair.get(1))));
    return entries;
  }

  private JsonNode get(JsonNode request) throws Exception {
    Object key = java(request.get("key"));
    if (request.has("raw")) {
      // Bytes without a footer entry can be read only by a class that knows their types.
      Raw.fieldNames = new ArrayList<>();
      request.get("field_names").forEach(name -> Raw.fieldNames.add(name.asText()));
      Raw.rawTypes = new ArrayList<>();
      request.get("raw").forEach(type -> Raw.rawTypes.add(type.asText()));
      return json(client.cache(request.get("cache").asText()).get(key));
    }
    Object value = cache(request).get(key);
    if (!request.path("hex").asBoolean(false)) {
      return json(value);
    }
    ObjectNode answer = mapper.createObjectNode().put("hex", hex(value));
    return answer.set("value", json(value));
  }

  private JsonNode getAll(JsonNode request) {
    java.util.Set<Object> keys = new java.util.LinkedHashSet<>();
    request.get("keys").forEach(key -> keys.add(java(key)));
    ArrayNode pairs = mapper.createArrayNode();
    cache(request).getAll(keys).forEach((key, value) -> pairs.addArray().add(json(key)).add(json(value)));
    return pairs;
  }

  private JsonNode scan(JsonNode request) {
    ScanQuery<Object, Object> scan = new ScanQuery<>();
    if (request.has("partition")) {
      scan.setPartition(request.get("partition").asInt());
    }
    ArrayNode pairs = mapper.createArrayNode();
    try (QueryCursor<Cache.Entry<Object, Object>> cursor = cache(request).query(scan)) {
      cursor.forEach(entry -> pairs.addArray().add(json(entry.getKey())).add(json(entry.getValue())));
    }
    return pairs;
  }

  private JsonNode sql(JsonNode request) {
    SqlFieldsQuery query = new SqlFieldsQuery(request.get("sql").asText());
    query.setSchema(request.path("schema").asText("PUBLIC"));
    List<Object> arguments = new ArrayList<>();
    request.path("args").forEach(argument -> arguments.add(java(argument)));
    query.setArgs(arguments.toArray());
    ObjectNode answer = mapper.createObjectNode();
    ArrayNode columns = answer.putArray("columns");
    ArrayNode rows = answer.putArray("rows");
    try (FieldsQueryCursor<List<?>> cursor = client.query(query)) {
      for (List<?> row : cursor) {
        ArrayNode cells = rows.addArray();
        row.forEach(cell -> cells.add(json(cell)));
      }
      // The names are known from the first page on.
      for (int i = 0; i < cursor.getColumnsCount(); i++) {
        columns.add(cursor.getFieldName(i));
      }
    }
    return answer;
  }

  private JsonNode registerEnum(JsonNode request) {
    Map<String, Integer> values = new LinkedHashMap<>();
    request.get("values").forEach(pair -> values.put(pair.get(0).asText(), pair.get(1).asInt()));
    return mapper.valueToTree(client.binary().registerEnum(request.get("type").asText(), values).typeId());
  }

  private JsonNode type(String name) {
    org.apache.ignite.binary.BinaryType type = client.binary().type(name);
    if (type == null) {
      return mapper.nullNode();
    }
    ObjectNode answer = mapper.createObjectNode().put("type_id", type.typeId()).put("is_enum", type.isEnum());
    answer.put("affinity_key", type.affinityKeyFieldName());
    ArrayNode fields = answer.putArray("fields");
    type.fieldNames().forEach(field -> fields.addArray().add(field).add(type.fieldTypeName(field)));
    return answer;
  }

  /** The client's marshaller, which it does not show: bytes exactly as it sends them. */
  private Object marshaller() throws Exception {
    Field field = client.getClass().getDeclaredField("marsh");
    field.setAccessible(true);
    return field.get(client);
  }

  private String hex(Object value) throws Exception {
    if (value instanceof BinaryObjectImpl) {
      BinaryObjectImpl object = (BinaryObjectImpl) value;
      return HexFormat.of().formatHex(object.array(), object.start(), object.start() + object.length());
    }
    Object marshaller = marshaller();
    Method marshal = marshaller.getClass().getMethod("marshal", Object.class);
    marshal.setAccessible(true);
    return HexFormat.of().formatHex((byte[]) marshal.invoke(marshaller, value));
  }

  private JsonNode unmarshal(JsonNode request) throws Exception {
    Object marshaller = marshaller();
    Method unmarshal = marshaller.getClass().getMethod("unmarshal", BinaryInputStream.class);
    unmarshal.setAccessible(true);
    byte[] bytes = HexFormat.of().parseHex(request.get("hex").asText());
    return json(unmarshal.invoke(marshaller, BinaryHeapInputStream.create(bytes, 0)));
  }

  private List<?> task(Object... arguments) throws Exception {
    return client.compute().<Object[], List<?>>execute("ServerTask", arguments);
  }

  private JsonNode where(String cache) throws Exception {
    ArrayNode rows = mapper.createArrayNode();
    for (Object row : task("where", cache)) {
      Object[] cells = (Object[]) row;
      rows.addArray().add(json(cells[0])).add((Integer) cells[1]).add(cells[2].toString());
    }
    return rows;
  }

  private JsonNode nodes() throws Exception {
    ArrayNode nodes = mapper.createArrayNode();
    for (Object row : task("nodes")) {
      Object[] cells = (Object[]) row;
      ObjectNode node = nodes.addObject().put("id", cells[0].toString()).put("name", (String) cells[1]);
      node.put("pid", (Integer) cells[2]).put("port", (Integer) cells[3]);
    }
    return nodes;
  }

  /** SIGKILL, and waits until the process is gone. */
  private JsonNode kill(String name) throws Exception {
    for (JsonNode node : nodes()) {
      if (name.equals(node.get("name").asText()) || name.equals(node.get("id").asText())) {
        ProcessHandle process = ProcessHandle.of(node.get("pid").asLong()).orElseThrow();
        process.destroyForcibly();
        process.onExit().get();
        return mapper.nullNode();
      }
    }
    throw new IllegalArgumentException("no node " + name);
  }
}
