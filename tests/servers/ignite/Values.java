import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.ignite.IgniteBinary;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.apache.ignite.internal.binary.BinaryArray;
import org.apache.ignite.internal.binary.BinaryEnumObjectImpl;
import org.apache.ignite.internal.binary.BinaryObjectImpl;

/** Values of the oracle protocol (README.md here) as JSON and as Java's own. One instance for one value: it keeps marks. */
final class Values {
  /** Array types by name: the class of an element, and how an element is written. */
  private static final Map<String, Class<?>> ARRAYS = new LinkedHashMap<>();

  static {
    ARRAYS.put("byte[]", byte.class);
    ARRAYS.put("short[]", short.class);
    ARRAYS.put("int[]", int.class);
    ARRAYS.put("long[]", long.class);
    ARRAYS.put("float[]", float.class);
    ARRAYS.put("double[]", double.class);
    ARRAYS.put("char[]", char.class);
    ARRAYS.put("bool[]", boolean.class);
    ARRAYS.put("string[]", String.class);
    ARRAYS.put("uuid[]", UUID.class);
    ARRAYS.put("decimal[]", BigDecimal.class);
    ARRAYS.put("date[]", Date.class);
    ARRAYS.put("timestamp[]", Timestamp.class);
    ARRAYS.put("time[]", Time.class);
    ARRAYS.put("sql_date[]", java.sql.Date.class);
  }

  private final IgniteBinary binary;
  private final Map<Integer, BinaryObjectBuilder> builders = new HashMap<>();
  private final List<BinaryObjectImpl> seen = new ArrayList<>();

  Values(IgniteBinary binary) {
    this.binary = binary;
  }

  Object toJava(JsonNode json) {
    return toJava(json, false);
  }

  /** Within an object its builder stays one, so that what refers to it becomes a handle. */
  private Object toJava(JsonNode json, boolean within) {
    if (json == null || json.isNull()) {
      return null;
    }
    String type = json.get("t").asText();
    if (ARRAYS.containsKey(type)) {
      return array(ARRAYS.get(type), json.get("v"), within, scalarType(type));
    }
    switch (type) {
      case "null":
        return null;
      case "object[]":
        return array(named(json.path("class").asText("java.lang.Object")), json.get("v"), within, null);
      case "enum[]":
        return array(named(json.get("type").asText()), json.get("v"), within, null);
      case "collection":
        return collection(json, within);
      case "map":
        return map(json, within);
      case "object":
        BinaryObjectBuilder builder = object(json);
        return within ? builder : builder.build();
      case "ref":
        return builders.get(json.get("id").asInt());
      case "raw":
        return raw(json);
      default:
        return scalar(type, json);
    }
  }

  private Object scalar(String type, JsonNode json) {
    JsonNode value = json.get("v");
    switch (type) {
      case "byte":
        return new BigDecimal(value.asText()).byteValueExact();
      case "short":
        return new BigDecimal(value.asText()).shortValueExact();
      case "int":
        return new BigDecimal(value.asText()).intValueExact();
      case "long":
        return new BigDecimal(value.asText()).longValueExact();
      case "float":
        return Float.parseFloat(value.asText());
      case "double":
        return Double.parseDouble(value.asText());
      case "char":
        return (char) value.asInt();
      case "bool":
        return value.asBoolean();
      case "string":
        return value.asText();
      case "uuid":
        return UUID.fromString(value.asText());
      case "decimal":
        return new BigDecimal(new BigInteger(json.get("unscaled").asText()), json.get("scale").asInt());
      case "date":
        return new Date(json.get("ms").asLong());
      case "sql_date":
        return new java.sql.Date(json.get("ms").asLong());
      case "time":
        return new Time(json.get("ms").asLong());
      case "timestamp":
        return timestamp(json.get("ms").asLong(), json.get("ns").asInt());
      case "class":
        return named(value.asText());
      case "enum":
        return named(json.get("type").asText()).getEnumConstants()[json.get("ordinal").asInt()];
      case "binary_enum":
        return binary.buildEnum(json.get("type").asText(), json.get("ordinal").asInt());
      default:
        throw new IllegalArgumentException("unknown type " + type);
    }
  }

  /** The wire has milliseconds and the nanoseconds within one; Java has seconds and the nanoseconds within one. */
  private static Timestamp timestamp(long ms, int ns) {
    Timestamp timestamp = new Timestamp(ms);
    timestamp.setNanos(timestamp.getNanos() + ns);
    return timestamp;
  }

  /** Elements of an array of primitives are bare: 1 where {@code {"t":"int","v":1}} stands elsewhere. */
  private Object array(Class<?> element, JsonNode items, boolean within, String scalarType) {
    Object array = Array.newInstance(element, items.size());
    for (int i = 0; i < items.size(); i++) {
      JsonNode item = items.get(i);
      boolean bare = element.isPrimitive() && !item.isObject();
      JsonNode typed = bare ? JsonNodeFactory.instance.objectNode().set("v", item) : item;
      Array.set(array, i, bare ? scalar(scalarType, typed) : toJava(typed, within));
    }
    return array;
  }

  private static String scalarType(String arrayType) {
    return arrayType.substring(0, arrayType.length() - 2);
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException absent) {
      throw new IllegalArgumentException("no Java class " + name);
    }
  }

  private Collection<Object> collection(JsonNode json, boolean within) {
    String kind = json.get("kind").asText();
    List<Object> items = new ArrayList<>();
    json.get("v").forEach(item -> items.add(toJava(item, within)));
    switch (kind) {
      case "array_list":
        return items;
      case "linked_list":
        return new LinkedList<>(items);
      case "hash_set":
        return new HashSet<>(items);
      case "linked_hash_set":
        return new LinkedHashSet<>(items);
      case "singleton_list":
        return Collections.singletonList(items.get(0));
      default:
        throw new IllegalArgumentException("Java cannot write a collection of kind " + kind);
    }
  }

  private Map<Object, Object> map(JsonNode json, boolean within) {
    Map<Object, Object> map = json.get("kind").asText().equals("hash_map") ? new HashMap<>() : new LinkedHashMap<>();
    json.get("v").forEach(pair -> map.put(toJava(pair.get(0), within), toJava(pair.get(1), within)));
    return map;
  }

  private BinaryObjectBuilder object(JsonNode json) {
    BinaryObjectBuilder builder = binary.builder(json.get("type").asText());
    if (json.has("id")) {
      builders.put(json.get("id").asInt(), builder);
    }
    for (JsonNode field : json.get("fields")) {
      Object value = toJava(field.get(1), true);
      if (value == null) {
        // Without a class the builder would take a null field's type to be Object.
        builder.setField(field.get(0).asText(), null, Object.class);
      } else {
        builder.setField(field.get(0).asText(), value);
      }
    }
    return builder;
  }

  private Raw raw(JsonNode json) {
    Map<String, Object> fields = new LinkedHashMap<>();
    json.get("fields").forEach(field -> fields.put(field.get(0).asText(), toJava(field.get(1), false)));
    List<Object> raw = new ArrayList<>();
    json.get("raw").forEach(item -> raw.add(toJava(item, false)));
    return new Raw(fields, raw);
  }

  JsonNode toJson(Object value) {
    if (value == null) {
      return typed("null");
    }
    for (Map.Entry<String, Class<?>> type : ARRAYS.entrySet()) {
      if (value.getClass() == type.getValue().arrayType()) {
        return typed(type.getKey()).set("v", items(value, type.getValue().isPrimitive()));
      }
    }
    if (value instanceof BinaryEnumObjectImpl) {
      BinaryEnumObjectImpl item = (BinaryEnumObjectImpl) value;
      // Java reads both enum codes, 28 and 38, as this one.
      return typed("binary_enum").put("type_id", item.typeId()).put("ordinal", item.enumOrdinal());
    }
    if (value instanceof Enum) {
      Enum<?> item = (Enum<?>) value;
      String type = item.getDeclaringClass().getName();
      return typed("enum").put("type", type).put("ordinal", item.ordinal());
    }
    if (value instanceof BinaryArray) {
      BinaryArray array = (BinaryArray) value;
      return typed("object[]").put("type_id", array.componentTypeId()).set("v", items(array.array(), false));
    }
    if (value instanceof BinaryObjectImpl) {
      return object((BinaryObjectImpl) value);
    }
    if (value instanceof Object[]) {
      String element = value.getClass().getComponentType().getName();
      return typed(value instanceof Enum[] ? "enum[]" : "object[]")
          .put(value instanceof Enum[] ? "type" : "class", element)
          .set("v", items(value, false));
    }
    if (value instanceof Collection) {
      ArrayNode items = JsonNodeFactory.instance.arrayNode();
      ((Collection<?>) value).forEach(item -> items.add(toJson(item)));
      return typed("collection").put("kind", kind(value)).set("v", items);
    }
    if (value instanceof Map) {
      ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
      ((Map<?, ?>) value).forEach((k, v) -> pairs.addArray().add(toJson(k)).add(toJson(v)));
      return typed("map").put("kind", value instanceof LinkedHashMap ? "linked_hash_map" : "hash_map").set("v", pairs);
    }
    return scalar(value);
  }

  private JsonNode scalar(Object value) {
    if (value instanceof Byte) return typed("byte").put("v", (Byte) value);
    if (value instanceof Short) return typed("short").put("v", (Short) value);
    if (value instanceof Integer) return typed("int").put("v", (Integer) value);
    if (value instanceof Long) return typed("long").put("v", (Long) value);
    if (value instanceof Float) return typed("float").put("v", value.toString());
    if (value instanceof Double) return typed("double").put("v", value.toString());
    if (value instanceof Character) return typed("char").put("v", (int) (Character) value);
    if (value instanceof Boolean) return typed("bool").put("v", (Boolean) value);
    if (value instanceof String) return typed("string").put("v", (String) value);
    if (value instanceof UUID) return typed("uuid").put("v", value.toString());
    if (value instanceof BigDecimal) {
      BigDecimal decimal = (BigDecimal) value;
      return typed("decimal").put("unscaled", decimal.unscaledValue().toString()).put("scale", decimal.scale());
    }
    if (value instanceof Timestamp) {
      Timestamp timestamp = (Timestamp) value;
      return typed("timestamp").put("ms", timestamp.getTime()).put("ns", timestamp.getNanos() % 1_000_000);
    }
    if (value instanceof Time) return typed("time").put("ms", ((Time) value).getTime());
    if (value instanceof java.sql.Date) return typed("sql_date").put("ms", ((Date) value).getTime());
    if (value instanceof Date) return typed("date").put("ms", ((Date) value).getTime());
    if (value instanceof Class) return typed("class").put("v", ((Class<?>) value).getName());
    if (value instanceof Raw) return raw((Raw) value);
    return typed("java").put("class", value.getClass().getName()).put("text", value.toString());
  }

  private JsonNode raw(Raw value) {
    ObjectNode json = typed("raw");
    ArrayNode fields = json.putArray("fields");
    value.fields.forEach((name, field) -> fields.addArray().add(name).add(toJson(field)));
    ArrayNode raw = json.putArray("raw");
    value.raw.forEach(item -> raw.add(toJson(item)));
    return json;
  }

  /** A handle reads as another view of the object that it points to: told by the place in the bytes. */
  private JsonNode object(BinaryObjectImpl value) {
    for (int id = 0; id < seen.size(); id++) {
      BinaryObjectImpl other = seen.get(id);
      if (other.start() == value.start() && Arrays.equals(other.array(), value.array())) {
        return typed("ref").put("id", id);
      }
    }
    ObjectNode json = typed("object").put("type", value.type().typeName()).put("id", seen.size());
    seen.add(value);
    json.put("type_id", value.typeId()).put("hash", value.hashCode());
    ArrayNode fields = json.putArray("fields");
    for (String name : value.type().fieldNames()) {
      if (value.hasField(name)) {
        fields.addArray().add(name).add(toJson(value.<Object>field(name)));
      }
    }
    return json;
  }

  private ArrayNode items(Object array, boolean bare) {
    ArrayNode items = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < Array.getLength(array); i++) {
      JsonNode item = toJson(Array.get(array, i));
      items.add(bare ? item.get("v") : item);
    }
    return items;
  }

  private static String kind(Object value) {
    if (value instanceof LinkedHashSet) return "linked_hash_set";
    if (value instanceof HashSet) return "hash_set";
    if (value instanceof LinkedList) return "linked_list";
    if (value instanceof ArrayList) return "array_list";
    if (value.getClass() == Collections.singletonList(1).getClass()) return "singleton_list";
    return value.getClass().getName();
  }

  private static ObjectNode typed(String type) {
    return JsonNodeFactory.instance.objectNode().put("t", type);
  }
}
