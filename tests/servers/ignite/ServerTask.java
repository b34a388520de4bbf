import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheKeyConfiguration;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.compute.ComputeJob;
import org.apache.ignite.compute.ComputeJobAdapter;
import org.apache.ignite.compute.ComputeJobResult;
import org.apache.ignite.compute.ComputeTaskAdapter;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.resources.IgniteInstanceResource;

/**
 * What the server knows and no thin client can ask; run by name through a thin client's compute. The argument is an
 * array, the operation first:
 *
 * <ul>
 *   <li>{@code where, CACHE}: for each entry (value, partition it is stored in, id of that partition's primary node), by
 *       scanning partition after partition. Values have to be plain ones; keys may be anything.
 *   <li>{@code nodes}: for each server (id, consistent id, pid, thin port).
 *   <li>{@code create, CACHE, PARTITIONS, BACKUPS, ATOMICITY, TYPE, FIELD}: a cache with that many partitions, which no
 *       thin client can choose; TYPE and FIELD name an affinity key or are null.
 * </ul>
 */
public final class ServerTask extends ComputeTaskAdapter<Object[], List<Object[]>> {
  @Override
  public Map<? extends ComputeJob, ClusterNode> map(List<ClusterNode> nodes, Object[] arguments) {
    Map<ComputeJob, ClusterNode> jobs = new HashMap<>();
    for (ClusterNode node : nodes) {
      if (jobs.isEmpty() || arguments[0].equals("where")) {
        jobs.put(new Job(arguments), node);
      }
    }
    return jobs;
  }

  @Override
  public List<Object[]> reduce(List<ComputeJobResult> results) {
    List<Object[]> rows = new ArrayList<>();
    for (ComputeJobResult result : results) {
      rows.addAll(result.<List<Object[]>>getData());
    }
    return rows;
  }

  private static final class Job extends ComputeJobAdapter {
    private static final long serialVersionUID = 1;

    @IgniteInstanceResource private transient Ignite ignite;

    private final Object[] arguments;

    Job(Object[] arguments) {
      this.arguments = arguments;
    }

    @Override
    public List<Object[]> execute() {
      switch ((String) arguments[0]) {
        case "where":
          return where((String) arguments[1]);
        case "nodes":
          return nodes();
        case "create":
          return create();
        default:
          throw new IllegalArgumentException("unknown operation " + arguments[0]);
      }
    }

    private List<Object[]> where(String name) {
      IgniteCache<Object, Object> cache = ignite.cache(name).withKeepBinary();
      UUID self = ignite.cluster().localNode().id();
      List<Object[]> rows = new ArrayList<>();
      for (int partition : ignite.affinity(name).primaryPartitions(ignite.cluster().localNode())) {
        ScanQuery<Object, Object> scan = new ScanQuery<>();
        scan.setPartition(partition);
        scan.setLocal(true);
        try (QueryCursor<Cache.Entry<Object, Object>> cursor = cache.query(scan)) {
          for (Cache.Entry<Object, Object> entry : cursor) {
            rows.add(new Object[] {entry.getValue(), partition, self});
          }
        }
      }
      return rows;
    }

    private List<Object[]> nodes() {
      List<Object[]> rows = new ArrayList<>();
      for (ClusterNode node : ignite.cluster().forServers().nodes()) {
        Object pid = node.attribute("org.apache.ignite.jvm.pid");
        rows.add(new Object[] {node.id(), node.consistentId().toString(), pid, node.attribute("querent.port")});
      }
      return rows;
    }

    private List<Object[]> create() {
      CacheConfiguration<Object, Object> cache = new CacheConfiguration<>((String) arguments[1]);
      cache.setAffinity(new RendezvousAffinityFunction(false, (Integer) arguments[2]));
      cache.setBackups((Integer) arguments[3]);
      cache.setAtomicityMode(CacheAtomicityMode.valueOf((String) arguments[4]));
      if (arguments[5] != null) {
        cache.setKeyConfiguration(new CacheKeyConfiguration((String) arguments[5], (String) arguments[6]));
      }
      ignite.getOrCreateCache(cache);
      return List.of();
    }
  }
}
