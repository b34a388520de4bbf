import java.util.List;
import java.util.Map;
import org.apache.ignite.binary.BinaryObjectException;
import org.apache.ignite.binary.BinaryRawReader;
import org.apache.ignite.binary.BinaryRawWriter;
import org.apache.ignite.binary.BinaryReader;
import org.apache.ignite.binary.BinaryWriter;
import org.apache.ignite.binary.Binarylizable;

/**
 * The binary type "Raw": named fields (each by {@code writeObject}) and raw data, which the builder of binary objects
 * cannot write. A primitive in the raw data is written as in Java's own code: bare, without a type code.
 */
public final class Raw implements Binarylizable {
  /** What to read: the names of the fields, and the types of the raw values; for the one thread that reads. */
  static List<String> fieldNames = List.of();

  static List<String> rawTypes = List.of();

  Map<String, Object> fields;
  List<Object> raw;

  /** For the marshaller. */
  public Raw() {}

  Raw(Map<String, Object> fields, List<Object> raw) {
    this.fields = fields;
    this.raw = raw;
  }

  @Override
  public void writeBinary(BinaryWriter writer) throws BinaryObjectException {
    fields.forEach(writer::writeObject);
    if (raw.isEmpty()) {
      return;
    }
    BinaryRawWriter out = writer.rawWriter();
    for (Object value : raw) {
      if (value instanceof Byte) out.writeByte((Byte) value);
      else if (value instanceof Short) out.writeShort((Short) value);
      else if (value instanceof Integer) out.writeInt((Integer) value);
      else if (value instanceof Long) out.writeLong((Long) value);
      else if (value instanceof Float) out.writeFloat((Float) value);
      else if (value instanceof Double) out.writeDouble((Double) value);
      else if (value instanceof Character) out.writeChar((Character) value);
      else if (value instanceof Boolean) out.writeBoolean((Boolean) value);
      else out.writeObject(value);
    }
  }

  @Override
  public void readBinary(BinaryReader reader) throws BinaryObjectException {
    fields = new java.util.LinkedHashMap<>();
    raw = new java.util.ArrayList<>();
    for (String name : fieldNames) {
      fields.put(name, reader.readObject(name));
    }
    if (rawTypes.isEmpty()) {
      return;
    }
    BinaryRawReader in = reader.rawReader();
    for (String type : rawTypes) {
      raw.add(read(in, type));
    }
  }

  private static Object read(BinaryRawReader in, String type) {
    switch (type) {
      case "byte": return in.readByte();
      case "short": return in.readShort();
      case "int": return in.readInt();
      case "long": return in.readLong();
      case "float": return in.readFloat();
      case "double": return in.readDouble();
      case "char": return in.readChar();
      case "bool": return in.readBoolean();
      default: return in.readObject();
    }
  }
}
