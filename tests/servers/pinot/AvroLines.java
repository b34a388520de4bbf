import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * Prints the records of the Avro files named as lines of JSON: Pinot's own reader of Avro on Maven Central (0.11.0) does
 * not fit 1.5.1, whose `/ingestFromFile` fails with it ("Schema.getPhysicalColumnNames()").
 */
public final class AvroLines {
  public static void main(String[] files) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String file : files) {
      try (DataFileReader<GenericRecord> records = new DataFileReader<>(new File(file), new GenericDatumReader<>())) {
        for (GenericRecord record : records) {
          out.println(record);
        }
      }
    }
    out.flush();
  }
}
