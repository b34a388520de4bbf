// Writes the golden files values.txt, objects.txt, hashes.txt and lower.txt with Ignite's own binary marshaller.
//   javac -cp 'jars/*' -d classes Golden.java && java <add-opens> -cp 'classes:jars/*' Golden DIR
// jars: ignite-core 2.17.0 and what it needs (tests/servers fetches them).
import java.io.*;
import java.lang.reflect.*;
import java.math.*;
import java.nio.file.*;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.*;
import java.util.*;
import org.apache.ignite.binary.*;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.*;
import org.apache.ignite.internal.binary.*;
import org.apache.ignite.internal.binary.builder.BinaryObjectBuilderImpl;
import org.apache.ignite.logger.NullLogger;
import org.apache.ignite.marshaller.MarshallerContext;

public class Golden {
    enum Color { RED, GREEN, BLUE }
    static class Point { int x = 1; int y = -2; }
    static class Empty { }
    static class Person { String name; Person friend; List<Person> children = new ArrayList<>(); Person(String n) { name = n; } }
    static class Raw implements Binarylizable {
        public void writeBinary(BinaryWriter w) { BinaryRawWriter r = w.rawWriter(); r.writeInt(7); r.writeString("raw"); }
        public void readBinary(BinaryReader r) { }
    }
    static class Mixed implements Binarylizable {
        public void writeBinary(BinaryWriter w) { w.writeInt("a", 1); w.writeString("b", "two"); BinaryRawWriter r = w.rawWriter(); r.writeLong(9); r.writeObject(null); }
        public void readBinary(BinaryReader r) { }
    }
    static class Plain implements Binarylizable {
        public void writeBinary(BinaryWriter w) {
            w.writeByte("by", (byte)-1); w.writeBoolean("bo", true); w.writeChar("ch", 'é'); w.writeDouble("d", 1.5); w.writeUuid("u", new UUID(1, 2));
            w.writeDecimal("dec", new BigDecimal("-1.50")); w.writeDate("dt", new java.util.Date(5)); w.writeTimestamp("ts", new Timestamp(5)); w.writeTime("t", new Time(5));
            w.writeIntArray("ia", new int[] {1}); w.writeString("null", null); w.writeEnum("e", Color.BLUE); w.writeObject("o", new Point());
        }
        public void readBinary(BinaryReader r) { }
    }
    interface Greeter { String greet(); }
    static class Handler implements InvocationHandler { int n = 3; public Object invoke(Object p, Method m, Object[] a) { return null; } }

    static BinaryContext ctx;

    static GridBinaryMarshaller marshaller(boolean compact, boolean register, BinaryBasicNameMapper names) throws Exception {
        IgniteConfiguration cfg = new IgniteConfiguration();
        BinaryConfiguration b = new BinaryConfiguration().setCompactFooter(compact);
        if (names != null) b.setNameMapper(names);
        cfg.setBinaryConfiguration(b);
        Map<Integer, String> classNames = new HashMap<>();
        MarshallerContext mctx = (MarshallerContext)Proxy.newProxyInstance(Golden.class.getClassLoader(), new Class[] {MarshallerContext.class}, (p, m, a) -> {
            switch (m.getName()) {
                case "registerClassName": if (register) classNames.put((Integer)a[1], (String)a[2]); return register;
                case "registerClassNameLocally": return register;
                case "getClass": return Class.forName(classNames.get((Integer)a[0]));
                case "getClassName": return classNames.get((Integer)a[1]);
                case "isSystemType": return false;
                case "getPreviousMappings": return Collections.emptyIterator();
                case "jdkFilteringContext": return null;
                default: return m.getReturnType() == boolean.class ? false : null;
            }
        });
        cfg.setIgniteInstanceName("golden");
        ctx = new BinaryContext(BinaryCachingMetadataHandler.create(), cfg, new NullLogger());
        BinaryMarshaller m = new BinaryMarshaller();
        m.setContext(mctx);
        m.setBinaryContext(ctx, cfg);
        return m.binaryMarshaller();
    }

    static PrintStream out;
    static GridBinaryMarshaller marsh;
    static String hex(byte[] b) { StringBuilder s = new StringBuilder(); for (byte x : b) s.append(String.format("%02x", x)); return s.toString(); }
    static void put(String name, Object o) {
        try { out.println(name + " " + hex(marsh.marshal(o, false))); }
        catch (Throwable t) { System.err.println("FAILED " + name + ": " + t); }
    }
    static void open(String dir, String file, String what) throws Exception {
        out = new PrintStream(new FileOutputStream(dir + "/" + file), false, "UTF-8");
        out.println("# " + what);
        out.println("# producer: Golden.java with ignite-core 2.17.0 on JDK " + System.getProperty("java.version"));
    }

    static void values() throws Exception {
        put("null", null);
        put("byte", (byte)-128); put("short", (short)-32768); put("int", Integer.MIN_VALUE); put("long", Long.MIN_VALUE);
        put("float", 1.5f); put("float-nan", Float.NaN); put("double", -0.0); put("double-max", Double.MAX_VALUE);
        put("char", '\ud83d'); put("bool-true", true); put("bool-false", false);
        put("string-empty", ""); put("string", "naïve"); put("string-emoji", "a😀b"); put("string-nul", "\0"); put("string-lone", "a\ud83d");
        put("uuid", UUID.fromString("67e55044-10b1-426f-9247-bb680e5fe0c8"));
        put("date", new java.util.Date(1705276800000L)); put("date-negative", new java.util.Date(-1));
        put("sql-date", new java.sql.Date(1705276800000L)); put("time", new Time(61200000L));
        Timestamp ts = new Timestamp(1705276800123L); ts.setNanos(123456789); put("timestamp", ts);
        Timestamp neg = new Timestamp(-1); neg.setNanos(999000001); put("timestamp-negative", neg);
        for (String d : new String[] {"1.50", "1.5", "0.00", "0", "-1.5", "1E+10", "127", "128", "255", "256", "-128", "-129", "9223372036854775808", "-18446744073709551616",
            "-0.000000000000000000000000000000000001", "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890.12"})
            put("decimal:" + d, new BigDecimal(d));
        put("byte-array", new byte[] {1, -1}); put("short-array", new short[] {1, -1}); put("int-array", new int[] {1, -1}); put("long-array", new long[] {1, -1});
        put("float-array", new float[] {1.5f}); put("double-array", new double[] {1.5}); put("char-array", new char[] {'a', 'é'}); put("bool-array", new boolean[] {true, false}); put("int-array-empty", new int[0]);
        put("string-array", new String[] {"a", null, "é"}); put("uuid-array", new UUID[] {new UUID(1, -1), null}); put("date-array", new java.util.Date[] {new java.util.Date(1), null});
        put("decimal-array", new BigDecimal[] {new BigDecimal("1.50"), null}); put("timestamp-array", new Timestamp[] {ts, null}); put("time-array", new Time[] {new Time(1), null});
        put("object-array", new Object[] {1, "a", null}); put("integer-array", new Integer[] {1, null}); put("object-array-nested", new Object[] {new Object[] {1L}, new int[] {2}}); put("point-array", new Point[] {new Point(), null});
        put("sql-date-array", new java.sql.Date[] {new java.sql.Date(1)});
        put("array-list", new ArrayList<>(Arrays.asList(1, "a", null))); put("array-list-empty", new ArrayList<>()); put("linked-list", new LinkedList<>(Arrays.asList(1)));
        put("hash-set", new HashSet<>(Arrays.asList(1))); put("linked-hash-set", new LinkedHashSet<>(Arrays.asList(2, 1))); put("singleton-list", Collections.singletonList(1L)); put("tree-set", new TreeSet<>(Arrays.asList(2, 1))); put("as-list", Arrays.asList(1, 2));
        put("hash-map", new HashMap<>(Map.of("k", 1))); LinkedHashMap<Object, Object> lm = new LinkedHashMap<>(); lm.put(1, null); lm.put(null, 2L); put("linked-hash-map", lm); put("tree-map", new TreeMap<>(Map.of("k", 1)));
        put("enum", Color.GREEN); put("enum-array", new Color[] {Color.RED, null}); put("class", Point.class); put("class-int", Integer.class); put("class-string", String.class);
        put("proxy", Proxy.newProxyInstance(Golden.class.getClassLoader(), new Class[] {Greeter.class}, new Handler()));
        put("duration", Duration.ofSeconds(-5, 7)); put("period", Period.of(1, -2, 3)); put("duration-day", Duration.ofDays(2)); put("period-zero", Period.ZERO); put("local-date", LocalDate.of(2024, 2, 29)); put("bit-set", new BitSet());
        ArrayList<Object> shared = new ArrayList<>(Arrays.asList(1)); put("list-twice", new ArrayList<>(Arrays.asList(shared, shared))); put("map-twice", new ArrayList<>(Arrays.asList(lm, lm)));
        Object[] self = new Object[1]; self[0] = self; put("array-of-itself", self);
        Object[] inner = {1}; put("array-twice", new Object[] {inner, inner}); String s = "same"; put("string-twice", new Object[] {s, s}); int[] ia = {1}; put("int-array-twice", new Object[] {ia, ia}); String[] sa = {"x"}; put("string-array-twice", new Object[] {sa, sa});
        Color[] ca = {Color.RED}; put("enum-array-twice", new Object[] {ca, ca});
        Point p = new Point(); put("point-twice", new ArrayList<>(Arrays.asList(p, p)));
        Person parent = new Person("parent"), child = new Person("child"); parent.children.add(child); child.friend = parent; put("cycle", parent);
        Person a = new Person("a"), b = new Person("b"); b.friend = a; put("list-cross", new ArrayList<>(Arrays.asList(a, b, a)));
        Person c = new Person("c"); c.friend = a; put("list-into", new ArrayList<>(Arrays.asList(b, c))); put("map-cross", new HashMap<>(Map.of("k", new Object[] {b, a})));
        put("empty", new Empty()); put("point", new Point());
    }

    static void objects(String form) throws Exception {
        put(form + ":point", new Point()); put(form + ":empty", new Empty()); put(form + ":raw", new Raw()); put(form + ":mixed", new Mixed()); put(form + ":plain", new Plain());
        Person p = new Person("a"); p.friend = new Person("b"); p.friend.friend = p; put(form + ":cycle", p);
        BinaryObjectBuilder b = new BinaryObjectBuilderImpl(ctx, "org.example.Built"); b.setField("Name", "x"); b.setField("iD", 5); b.setField("none", null, String.class); put(form + ":built", b.build());
        BinaryObjectBuilder k = new BinaryObjectBuilderImpl(ctx, "K"); k.setField("a", 1); k.setField("k", "é"); put(form + ":key", k.build());
        BinaryObjectBuilder none = new BinaryObjectBuilderImpl(ctx, "None"); put(form + ":built-empty", none.build());
        BinaryObjectBuilder nest = new BinaryObjectBuilderImpl(ctx, "Nest"); nest.setField("o", k.build()); nest.setField("l", new ArrayList<>(Arrays.asList(k.build()))); put(form + ":nested", nest.build());
        for (int last : new int[] {255, 256, 65535, 65536}) {
            BinaryObjectBuilder w = new BinaryObjectBuilderImpl(ctx, "Wide"); w.setField("data", new byte[last - 29]); w.setField("last", 1);
            byte[] bytes = ((BinaryObjectExImpl)w.build()).array(); int footer = new BigInteger(1, new byte[] {bytes[23], bytes[22], bytes[21], bytes[20]}).intValue();
            out.println(form + ":wide-" + last + " " + hex(Arrays.copyOf(bytes, 24)) + hex(Arrays.copyOfRange(bytes, footer, bytes.length)));
        }
    }

    static void hashes() throws Exception {
        out.println("# name key-object-hex hashCode partition-of-1024 partition-of-1 partition-of-10 partition-of-65000");
        List<Object> keys = new ArrayList<>(Arrays.asList((byte)-5, (short)-300, 'é', 0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1L, -1L, Long.MIN_VALUE, 1L << 40, 1.5f, -0.0f, Float.NaN, 1.5, -0.0, Double.NaN, true, false,
            "", "abc", "naïve", "a😀b", "polygenelubricants", UUID.fromString("67e55044-10b1-426f-9247-bb680e5fe0c8"), new java.util.Date(1705276800123L), new Time(61200000L), new java.sql.Date(1705276800000L), new BigDecimal("1.50"), new BigDecimal("1.5"), new BigDecimal("-1.5"),
            new BigDecimal("0.00"), new BigDecimal("123456789012345678901234567890.5"), new BigDecimal("-9223372036854775808"), new BigDecimal("-4294967296"), new BigDecimal("1E+3"), new ArrayList<>(Arrays.asList(1, "a", null)), new HashSet<>(Arrays.asList(1, "b")), new HashMap<>(Map.of("k", 1, "l", 2L)),
            new LinkedList<>(Arrays.asList(new ArrayList<>(), 2.5))));
        Timestamp ts = new Timestamp(1705276800123L); ts.setNanos(123456789); keys.add(ts);
        BinaryObjectBuilder k = new BinaryObjectBuilderImpl(ctx, "K"); k.setField("a", 1); k.setField("k", "é"); keys.add(k.build());
        int i = 0;
        for (Object key : keys) {
            StringBuilder s = new StringBuilder("key" + i++ + ":" + key.getClass().getSimpleName() + " " + hex(marsh.marshal(key, false)) + " " + key.hashCode());
            for (int n : new int[] {1024, 1, 10, 65000}) s.append(" ").append(new RendezvousAffinityFunction(false, n).partition(key));
            out.println(s);
        }
        byte[] e = marsh.marshal(Color.GREEN, false); Object be = marsh.unmarshal(e, null);
        out.println("key" + i + ":Enum " + hex(e) + " " + be.hashCode() + " " + new RendezvousAffinityFunction(false, 1024).partition(be) + " " + new RendezvousAffinityFunction(false, 1).partition(be) + " " + new RendezvousAffinityFunction(false, 10).partition(be) + " " + new RendezvousAffinityFunction(false, 65000).partition(be));
    }

    static String escape(String s) { StringBuilder b = new StringBuilder(); for (char c : s.toCharArray()) b.append(String.format("%04x", (int)c)); return b.toString(); }

    public static void main(String[] args) throws Exception {
        String dir = args[0];
        marsh = marshaller(true, true, null);
        open(dir, "values.txt", "objects of every type: name and hex; compact footers"); values(); out.close();
        open(dir, "objects.txt", "complex objects: name and hex; wide-N: only header and footer, the fields are a byte[] of N-29 zeros and an int 1");
        objects("compact"); marsh = marshaller(false, true, null); objects("full");
        marsh = marshaller(true, false, null); put("unregistered:point", new Point()); put("unregistered:enum", Color.GREEN); put("unregistered:object-array", new Point[] {new Point()}); put("unregistered:class", Point.class);
        put("unregistered:mixed", new Mixed()); put("unregistered:enum-array", new Color[] {Color.BLUE});
        out.close();
        marsh = marshaller(true, true, null);
        open(dir, "hashes.txt", "hash codes and partitions of keys"); hashes(); out.close();
        open(dir, "names.txt", "name (UTF-16 units in hex), String.hashCode, type id with full names, type id with simple names, field id");
        BinaryBasicIdMapper ids = new BinaryBasicIdMapper(true); BinaryBasicNameMapper full = new BinaryBasicNameMapper(false), simple = new BinaryBasicNameMapper(true);
        for (String n : new String[] {"a", "K", "Person", "org.example.Person", "org.example.Outer$Inner", "Outer+Inner", "Ns.Outer+Inner", "Ns.Gen`1[[System.Int32]]", "java.util.List[]", "İstanbul", "ΑΣ", "ẞ", "Ǆ", "ǅ", "😀", "𐐀", "Ა", "Ⅷ", "Ⓐ", "~Z", "ﬃ", "Ꭰ", "Ⱟ", "Ꟁ", "Å", "Ω"})
            out.println(escape(n) + " " + n.hashCode() + " " + ids.typeId(full.typeName(n)) + " " + ids.typeId(simple.typeName(n)) + " " + ids.fieldId(1, full.fieldName(n)));
        out.close();
        open(dir, "lower.txt", "every UTF-16 unit that Character.toLowerCase changes, and what to");
        for (int c = 0; c < 65536; c++) if (Character.toLowerCase((char)c) != c) out.println(String.format("%04x %04x", c, (int)Character.toLowerCase((char)c)));
        out.close();
    }
}
