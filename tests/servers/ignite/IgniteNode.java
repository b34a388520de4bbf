import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.query.annotations.QuerySqlFunction;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.configuration.BinaryConfiguration;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.ClientConnectorConfiguration;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.QueryEngineConfiguration;
import org.apache.ignite.configuration.SqlConfiguration;
import org.apache.ignite.configuration.ThinClientConfiguration;
import org.apache.ignite.configuration.TransactionConfiguration;
import org.apache.ignite.configuration.WALMode;
import org.apache.ignite.plugin.PluginProvider;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.apache.ignite.ssl.SslContextFactory;

/**
 * One node of a cluster on 127.0.0.1; prints "READY" when it serves clients. Arguments are {@code KEY=VALUE}:
 *
 * <ul>
 *   <li>{@code index}: this node, from 0;
 *   <li>{@code thin, discovery, communication}: the ports of all nodes, comma-separated, in the order of their indexes;
 *   <li>{@code work}: a folder of its own;
 *   <li>{@code with}: the pid of a process that this node must not outlive;
 *   <li>{@code options}: comma-separated: {@code auth} (with persistence, which it needs), {@code tls} (client
 *       certificates required, key stores from the folder {@code keys}), {@code calcite} (as the default engine),
 *       {@code tx-aware} (SQL sees its transaction), {@code thin-only} (no ODBC, no JDBC), {@code full-footer} (objects
 *       name their fields), {@code functions} (those of {@link Functions} in schema PUBLIC), {@code transformer} (values
 *       are kept in another form, as {@code Transformer} makes it).
 * </ul>
 *
 * SQL engines and their options, and what only some tests need, are found by name, so that the same source serves where
 * only ignite-core is.
 */
public final class IgniteNode {
  private static final String STORE_PASSWORD = "changeit";

  public static void main(String[] args) {
    try {
      Map<String, String> arguments = new TreeMap<>();
      for (String argument : args) {
        int at = argument.indexOf('=');
        arguments.put(argument.substring(0, at), argument.substring(at + 1));
      }
      if (arguments.containsKey("with")) {
        endWith(Long.parseLong(arguments.get("with")));
      }
      start(arguments);
    } catch (Throwable error) {
      // Threads of a node that failed to start would keep the JVM.
      error.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  /** Polls: {@code ProcessHandle.onExit} does so too for another's child, but ever more seldom. */
  private static void endWith(long pid) {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (ProcessHandle.of(pid).isPresent()) {
                  Thread.sleep(500);
                }
              } catch (InterruptedException ended) {
                // Nobody interrupts it; then it had better end too.
              }
              Runtime.getRuntime().halt(0);
            });
    watch.setDaemon(true);
    watch.start();
  }

  private static void start(Map<String, String> arguments) throws Exception {
    int index = Integer.parseInt(arguments.get("index"));
    int[] thin = ports(arguments.get("thin"));
    List<String> options = List.of(arguments.getOrDefault("options", "").split(","));
    IgniteConfiguration configuration = new IgniteConfiguration();
    configuration.setIgniteInstanceName("node" + index);
    configuration.setConsistentId("node" + index);
    configuration.setLocalHost("127.0.0.1");
    configuration.setWorkDirectory(arguments.get("work"));
    configuration.setMetricsLogFrequency(0);
    configuration.setConnectorConfiguration(null);
    configuration.setUserAttributes(Map.of("querent.port", thin[index]));
    threads(configuration);
    network(configuration, index, ports(arguments.get("discovery")), ports(arguments.get("communication")));
    storage(configuration, options.contains("auth"));
    configuration.setAuthenticationEnabled(options.contains("auth"));
    configuration.setClientConnectorConfiguration(clients(thin[index], options, arguments.get("keys")));
    engines(configuration, options.contains("calcite"));
    if (options.contains("tx-aware")) {
      configuration.setTransactionConfiguration(txAware());
    }
    if (options.contains("full-footer")) {
      configuration.setBinaryConfiguration(new BinaryConfiguration().setCompactFooter(false));
    }
    if (options.contains("transformer")) {
      Object transformer = Class.forName("Transformer").getConstructor().newInstance();
      configuration.setPluginProviders((PluginProvider<?>) transformer);
    }
    Ignite ignite = Ignition.start(configuration);
    // With persistence a cluster starts inactive.
    if (options.contains("auth")) {
      ignite.cluster().state(ClusterState.ACTIVE);
    }
    if (options.contains("functions")) {
      CacheConfiguration<Integer, Integer> cache = new CacheConfiguration<>("functions");
      ignite.createCache(cache.setSqlSchema("PUBLIC").setSqlFunctionClasses(Functions.class));
    }
    System.out.println("READY " + ignite.version() + " nodes=" + ignite.cluster().nodes().size());
  }

  /** Functions of SQL as a user would write them: no checker has heard of them. */
  public static final class Functions {
    @QuerySqlFunction
    public static Long letters(String text) {
      return text == null ? null : text.codePoints().filter(Character::isLetter).count();
    }

    @QuerySqlFunction
    public static String initial(String text, int length) {
      return text == null ? null : text.substring(0, Math.min(length, text.length()));
    }
  }

  private static int[] ports(String list) {
    return List.of(list.split(",")).stream().mapToInt(Integer::parseInt).toArray();
  }

  /** Small pools: the default is at least eight threads each. */
  private static void threads(IgniteConfiguration configuration) {
    configuration.setPublicThreadPoolSize(4);
    configuration.setSystemThreadPoolSize(4);
    configuration.setStripedPoolSize(4);
    configuration.setDataStreamerThreadPoolSize(2);
    configuration.setManagementThreadPoolSize(2);
    configuration.setQueryThreadPoolSize(4);
  }

  /** Port ranges are 0: a node must fail rather than move to the next port. */
  private static void network(IgniteConfiguration configuration, int index, int[] discovery, int[] communication) {
    List<String> addresses = new ArrayList<>();
    for (int port : discovery) {
      addresses.add("127.0.0.1:" + port);
    }
    TcpDiscoveryVmIpFinder finder = new TcpDiscoveryVmIpFinder();
    finder.setAddresses(addresses);
    TcpDiscoverySpi spi = new TcpDiscoverySpi().setLocalAddress("127.0.0.1").setIpFinder(finder);
    configuration.setDiscoverySpi(spi.setLocalPort(discovery[index]).setLocalPortRange(0));
    TcpCommunicationSpi messages = new TcpCommunicationSpi();
    messages.setLocalAddress("127.0.0.1");
    messages.setLocalPort(communication[index]);
    messages.setLocalPortRange(0);
    configuration.setCommunicationSpi(messages);
  }

  private static void storage(IgniteConfiguration configuration, boolean persistent) {
    DataRegionConfiguration region =
        new DataRegionConfiguration()
            .setName("default")
            .setInitialSize(64L << 20)
            .setMaxSize(1L << 30)
            .setPersistenceEnabled(persistent);
    DataStorageConfiguration storage = new DataStorageConfiguration().setDefaultDataRegionConfiguration(region);
    if (persistent) {
      storage.setWalMode(WALMode.LOG_ONLY).setWalSegmentSize(8 << 20).setWalSegments(4);
      storage.setMaxWalArchiveSize(128L << 20);
    }
    configuration.setDataStorageConfiguration(storage);
  }

  private static ClientConnectorConfiguration clients(int port, List<String> options, String keys) {
    ClientConnectorConfiguration clients = new ClientConnectorConfiguration();
    clients.setHost("127.0.0.1").setPort(port).setPortRange(0).setThreadPoolSize(4);
    // ServerTask answers what no client can ask otherwise.
    ThinClientConfiguration thin = new ThinClientConfiguration();
    thin.setMaxActiveComputeTasksPerConnection(10);
    clients.setThinClientConfiguration(thin);
    clients.setOdbcEnabled(!options.contains("thin-only")).setJdbcEnabled(!options.contains("thin-only"));
    if (options.contains("tls")) {
      SslContextFactory tls = new SslContextFactory();
      tls.setKeyStoreFilePath(keys + "/server.p12");
      tls.setKeyStoreType("PKCS12");
      tls.setKeyStorePassword(STORE_PASSWORD.toCharArray());
      tls.setTrustStoreFilePath(keys + "/trust.p12");
      tls.setTrustStoreType("PKCS12");
      tls.setTrustStorePassword(STORE_PASSWORD.toCharArray());
      clients.setSslEnabled(true).setSslClientAuth(true);
      clients.setUseIgniteSslContextFactory(false).setSslContextFactory(tls);
    }
    return clients;
  }

  /** By name: 2.16.0 knows nothing of it. */
  private static TransactionConfiguration txAware() throws Exception {
    TransactionConfiguration transactions = new TransactionConfiguration();
    try {
      TransactionConfiguration.class.getMethod("setTxAwareQueriesEnabled", boolean.class).invoke(transactions, true);
    } catch (NoSuchMethodException absent) {
      System.out.println("without transactions of SQL");
    }
    return transactions;
  }

  /** Both engines where they are on the class path. */
  private static void engines(IgniteConfiguration configuration, boolean calcite) throws Exception {
    List<QueryEngineConfiguration> engines = new ArrayList<>();
    engine("org.apache.ignite.indexing.IndexingQueryEngineConfiguration", !calcite, engines);
    engine("org.apache.ignite.calcite.CalciteQueryEngineConfiguration", calcite, engines);
    if (!engines.isEmpty()) {
      // A schema besides PUBLIC: only one that is named here can hold tables.
      SqlConfiguration sql = new SqlConfiguration().setSqlSchemas("EMPTY");
      configuration.setSqlConfiguration(
          sql.setQueryEnginesConfiguration(engines.toArray(new QueryEngineConfiguration[0])));
    }
  }

  private static void engine(String name, boolean isDefault, List<QueryEngineConfiguration> engines) throws Exception {
    try {
      Object engine = Class.forName(name).getConstructor().newInstance();
      engine.getClass().getMethod("setDefault", boolean.class).invoke(engine, isDefault);
      engines.add((QueryEngineConfiguration) engine);
    } catch (ClassNotFoundException absent) {
      System.out.println("without " + name);
    }
  }
}
