import java.util.Map;
import java.util.Set;
import org.apache.pinot.spi.stream.OffsetCriteria;
import org.apache.pinot.spi.stream.StreamConsumerFactory;
import org.apache.pinot.spi.stream.StreamMetadataProvider;
import org.apache.pinot.spi.stream.StreamPartitionMsgOffset;

/**
 * A stream without partitions, so that a table can be REALTIME without a broker of messages: it takes the segments that are
 * uploaded to it, and consumes nothing.
 */
public final class StillStream extends StreamConsumerFactory {
  @Override
  public StreamMetadataProvider createPartitionMetadataProvider(String client, int partition) {
    return new NoPartitions();
  }

  @Override
  public StreamMetadataProvider createStreamMetadataProvider(String client) {
    return new NoPartitions();
  }

  private static final class NoPartitions implements StreamMetadataProvider {
    @Override
    public int fetchPartitionCount(long timeoutMs) {
      return 0;
    }

    @Override
    public Set<Integer> fetchPartitionIds(long timeoutMs) {
      return Set.of();
    }

    @Override
    public Map<Integer, StreamPartitionMsgOffset> fetchLatestStreamOffset(Set<Integer> partitions, long timeoutMs) {
      return Map.of();
    }

    @Override
    public StreamPartitionMsgOffset fetchStreamPartitionOffset(OffsetCriteria criteria, long timeoutMs) {
      throw new IllegalStateException("no partition, no offset");
    }

    @Override
    public boolean supportsOffsetLag() {
      return false;
    }

    @Override
    public void close() {
    }
  }
}
