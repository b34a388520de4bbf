import com.google.common.cache.CacheBuilder;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.Function;
import org.apache.helix.HelixAdmin;
import org.apache.helix.HelixManager;
import org.apache.helix.HelixManagerFactory;
import org.apache.helix.InstanceType;
import org.apache.helix.NotificationContext;
import org.apache.helix.manager.zk.ZKHelixAdmin;
import org.apache.helix.model.InstanceConfig;
import org.apache.helix.model.Message;
import org.apache.helix.participant.statemachine.StateModel;
import org.apache.helix.participant.statemachine.StateModelFactory;
import org.apache.helix.participant.statemachine.StateModelInfo;
import org.apache.helix.participant.statemachine.Transition;
import org.apache.helix.store.zk.ZkHelixPropertyStore;
import org.apache.helix.zookeeper.datamodel.ZNRecord;
import org.apache.pinot.common.config.NettyConfig;
import org.apache.pinot.common.metadata.ZKMetadataProvider;
import org.apache.pinot.common.metrics.ServerMetrics;
import org.apache.pinot.common.utils.fetcher.SegmentFetcherFactory;
import org.apache.pinot.core.data.manager.InstanceDataManager;
import org.apache.pinot.core.data.manager.provider.DefaultTableDataManagerProvider;
import org.apache.pinot.core.query.executor.ServerQueryExecutorV1Impl;
import org.apache.pinot.core.query.scheduler.QueryScheduler;
import org.apache.pinot.core.query.scheduler.QuerySchedulerFactory;
import org.apache.pinot.core.transport.InstanceRequestHandler;
import org.apache.pinot.core.transport.QueryServer;
import org.apache.pinot.segment.local.data.manager.TableDataManager;
import org.apache.pinot.segment.local.utils.SegmentLocks;
import org.apache.pinot.segment.local.utils.SegmentOperationsThrottler;
import org.apache.pinot.segment.local.utils.SegmentOperationsThrottlerSet;
import org.apache.pinot.segment.local.utils.SegmentReloadSemaphore;
import org.apache.pinot.segment.local.utils.ServerReloadJobStatusCache;
import org.apache.pinot.server.access.AllowAllAccessFactory;
import org.apache.pinot.spi.accounting.ThreadAccountant;
import org.apache.pinot.spi.accounting.ThreadAccountantUtils;
import org.apache.pinot.spi.config.instance.InstanceDataManagerConfig;
import org.apache.pinot.spi.config.table.TableConfig;
import org.apache.pinot.spi.env.PinotConfiguration;
import org.apache.pinot.spi.metrics.PinotMetricUtils;
import org.apache.pinot.spi.services.ServiceRole;
import org.apache.pinot.spi.services.ServiceStartable;
import org.apache.pinot.spi.utils.ReadMode;

/**
 * A Pinot server for OFFLINE tables and the single-stage engine: a shell round pinot-core's own query executor,
 * scheduler and transport, because the module pinot-server of this version is not on Maven Central.
 */
public final class SingleStageServer implements ServiceStartable {
  private final Map<String, TableDataManager> _tables = new ConcurrentHashMap<>();
  private final SegmentLocks _locks = SegmentLocks.create();
  private final ExecutorService _pool = Executors.newCachedThreadPool();
  private PinotConfiguration _conf;
  private String _host;
  private int _port;
  private int _adminPort;
  private String _instance;
  private HelixManager _helix;
  private DefaultTableDataManagerProvider _provider;
  private ServerReloadJobStatusCache _reloads;

  @Override
  public void init(PinotConfiguration conf) {
    _conf = conf;
    _host = conf.getProperty("pinot.server.netty.host");
    _port = Integer.parseInt(conf.getProperty("pinot.server.netty.port"));
    _instance = "Server_" + _host + "_" + _port;
  }

  @Override
  public void start() throws Exception {
    PinotMetricUtils.init(_conf.subset("pinot.server.metrics"));
    ServerMetrics metrics = new ServerMetrics(PinotMetricUtils.getPinotMetricsRegistry());
    ServerMetrics.register(metrics);
    SegmentFetcherFactory.init(_conf.subset("pinot.server.segment.fetcher"));
    _reloads = new ServerReloadJobStatusCache(_instance);
    _provider = new DefaultTableDataManagerProvider();
    String dataFolder = folder("pinot.server.instance.dataDir");
    String segmentFolder = folder("pinot.server.instance.segmentTarDir");
    listen(dataFolder, metrics);
    join(dataFolder, segmentFolder);
  }

  private String folder(String key) {
    String folder = _conf.getProperty(key);
    new File(folder).mkdirs();
    return folder;
  }

  /** Answers queries for the tables held so far. */
  private void listen(String dataFolder, ServerMetrics metrics) throws Exception {
    InstanceDataManager data = answering(InstanceDataManager.class,
        Map.of("getInstanceId", _instance, "getInstanceDataDir", dataFolder,
            "getTableDataManager", (Function<Object, Object>) _tables::get,
            "getAllTables", (Function<Object, Object>) ignored -> _tables.keySet()));
    ServerQueryExecutorV1Impl executor = new ServerQueryExecutorV1Impl();
    executor.init(_conf.subset("pinot.server.query.executor"), data, metrics);
    executor.start();
    ThreadAccountant accountant = ThreadAccountantUtils.getNoOpAccountant();
    QueryScheduler scheduler = QuerySchedulerFactory.create(_conf.subset("pinot.query.scheduler"), _instance, executor,
        accountant, new LongAccumulator(Long::max, 0));
    scheduler.start();
    InstanceRequestHandler requests =
        new InstanceRequestHandler(_instance, _conf, scheduler, new AllowAllAccessFactory().create(), accountant);
    new QueryServer(_port, new NettyConfig(), requests).start();
    HttpServer admin = HttpServer.create(new InetSocketAddress(_host, 0), 0);
    admin.createContext("/query/", exchange -> cancel(exchange, requests));
    admin.setExecutor(_pool);
    admin.start();
    _adminPort = admin.getAddress().getPort();
  }

  /** {@code DELETE /query/ID}, which brokers ask of their servers; nothing else of a server's HTTP interface is here. */
  private static void cancel(HttpExchange exchange, InstanceRequestHandler requests) throws IOException {
    String id = exchange.getRequestURI().getPath().substring("/query/".length());
    boolean found = exchange.getRequestMethod().equals("DELETE") && requests.cancelQuery(id);
    byte[] words = (found ? "Cancelled query: " + id : "Query: " + id + " not found").getBytes();
    exchange.sendResponseHeaders(found ? 200 : 404, words.length);
    exchange.getResponseBody().write(words);
    exchange.close();
  }

  /** Joins the Helix cluster, from where segments are assigned. */
  private void join(String dataFolder, String segmentFolder) throws Exception {
    String cluster = _conf.getProperty("pinot.cluster.name");
    String zooKeeper = _conf.getProperty("pinot.zk.server");
    register(cluster, zooKeeper);
    _helix = HelixManagerFactory.getZKHelixManager(cluster, _instance, InstanceType.PARTICIPANT, zooKeeper);
    SegmentOperationsThrottler four = new SegmentOperationsThrottler(4, 4, true);
    _provider.init(dataManagerConfig(dataFolder, segmentFolder), _helix, _locks,
        new SegmentOperationsThrottlerSet(four, four, four, four), _reloads);
    _helix.getStateMachineEngine().registerStateModelFactory("SegmentOnlineOfflineStateModel", new StateModelFactory<Segment>() {
      @Override
      public Segment createNewStateModel(String table, String segment) {
        return new Segment(table, segment);
      }
    });
    _helix.connect();
  }

  private void register(String cluster, String zooKeeper) {
    HelixAdmin admin = new ZKHelixAdmin.Builder().setZkAddress(zooKeeper).build();
    try {
      boolean known = admin.getInstancesInCluster(cluster).contains(_instance);
      InstanceConfig own = known ? admin.getInstanceConfig(cluster, _instance) : new InstanceConfig(_instance);
      own.getRecord().setIntField("adminPort", _adminPort);
      if (known) {
        admin.setInstanceConfig(cluster, _instance, own);
        return;
      }
      own.setHostName(_host);
      own.setPort(String.valueOf(_port));
      own.addTag("DefaultTenant_OFFLINE");
      own.addTag("DefaultTenant_REALTIME");
      admin.addInstance(cluster, own);
    } finally {
      admin.close();
    }
  }

  private InstanceDataManagerConfig dataManagerConfig(String dataFolder, String segmentFolder) {
    PinotConfiguration none = new PinotConfiguration(Map.of(), Map.of());
    return answering(InstanceDataManagerConfig.class,
        Map.ofEntries(Map.entry("getConfig", none), Map.entry("getInstanceId", _instance),
            Map.entry("getInstanceDataDir", dataFolder), Map.entry("getInstanceSegmentTarDir", segmentFolder),
            Map.entry("getReadMode", ReadMode.mmap), Map.entry("getSegmentFormatVersion", "v3"),
            Map.entry("getUpsertConfig", none), Map.entry("getDedupConfig", none), Map.entry("getTierConfigs", Map.of()),
            Map.entry("getMaxParallelRefreshThreads", 1), Map.entry("getErrorCacheSize", 100L),
            Map.entry("getSegmentDirectoryLoader", "default"), Map.entry("getDeletedSegmentsCacheSize", 100),
            Map.entry("getDeletedSegmentsCacheTtlMinutes", 2), Map.entry("getDeletedTablesCacheTtlMinutes", 2)));
  }

  /**
   * An interface of getters, answered from the values named (a {@link Function} is called with the first argument) and
   * otherwise with zero, false or null.
   */
  private static <T> T answering(Class<T> type, Map<String, Object> values) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, (self, method, args) -> {
      Object value = values.get(method.getName());
      if (value instanceof Function) {
        @SuppressWarnings("unchecked")
        Function<Object, Object> function = (Function<Object, Object>) value;
        return function.apply(args == null || args.length == 0 ? null : args[0]);
      }
      Class<?> result = method.getReturnType();
      if (value != null || !result.isPrimitive()) {
        return value;
      }
      return result == boolean.class ? (Object) false
          : result == long.class ? (Object) 0L : result == int.class ? (Object) 0 : null;
    }));
  }

  private TableDataManager table(String name) {
    return _tables.computeIfAbsent(name, absent -> {
      ZkHelixPropertyStore<ZNRecord> store = _helix.getHelixPropertyStore();
      TableConfig config = ZKMetadataProvider.getTableConfig(store, absent);
      TableDataManager manager = _provider.getTableDataManager(config, ZKMetadataProvider.getTableSchema(store, config),
          new SegmentReloadSemaphore(1), _pool, null, CacheBuilder.newBuilder().maximumSize(100).build(), () -> true, false,
          _reloads);
      manager.start();
      return manager;
    });
  }

  /** What Helix asks of one segment. */
  @StateModelInfo(states = "{'OFFLINE','ONLINE','CONSUMING','DROPPED'}", initialState = "OFFLINE")
  public final class Segment extends StateModel {
    private final String _table;
    private final String _name;

    Segment(String table, String name) {
      _table = table;
      _name = name;
    }

    @Transition(from = "OFFLINE", to = "ONLINE")
    public void online(Message message, NotificationContext context) throws Exception {
      table(_table).addOnlineSegment(_name);
    }

    @Transition(from = "ONLINE", to = "OFFLINE")
    public void offline(Message message, NotificationContext context) throws Exception {
      table(_table).offloadSegment(_name);
    }

    @Transition(from = "OFFLINE", to = "DROPPED")
    public void dropped(Message message, NotificationContext context) {
    }
  }

  @Override
  public ServiceRole getServiceRole() {
    return ServiceRole.SERVER;
  }

  @Override
  public String getInstanceId() {
    return _instance;
  }

  @Override
  public PinotConfiguration getConfig() {
    return _conf;
  }

  @Override
  public void stop() {
    _helix.disconnect();
  }
}
