import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.pinot.spi.env.PinotConfiguration;
import org.apache.pinot.spi.services.ServiceStartable;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * Roles of a Pinot cluster in one JVM: starts what its arguments name, in order, and then prints "ready". An argument is
 * {@code zk=PORT,FOLDER} for a ZooKeeper on 127.0.0.1, {@code CLASS=FILE} for a role and its configuration, or
 * {@code with=PID} for a process that this one must not outlive.
 */
public final class PinotNode {
  public static void main(String[] args) throws InterruptedException {
    long launch = System.currentTimeMillis();
    try {
      for (String arg : args) {
        String what = arg.substring(0, arg.indexOf('='));
        String with = arg.substring(what.length() + 1);
        if (what.equals("zk")) {
          startZooKeeper(with);
        } else if (what.equals("with")) {
          endWith(Long.parseLong(with));
        } else {
          startRole(what, with);
        }
        System.out.println("up " + what + " after " + (System.currentTimeMillis() - launch) + " ms");
      }
    } catch (Throwable error) {
      // A role that failed leaves threads behind: end them with the JVM.
      error.printStackTrace();
      System.exit(1);
    }
    System.out.println("ready");
    Thread.currentThread().join();
  }

  /** Polls: {@code ProcessHandle.onExit} does so too for another's child, but ever more seldom. */
  private static void endWith(long pid) {
    Thread watch = new Thread(() -> {
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

  private static void startZooKeeper(String portAndFolder) throws Exception {
    String[] parts = portAndFolder.split(",", 2);
    File folder = new File(parts[1]);
    InetSocketAddress loopback = new InetSocketAddress("127.0.0.1", Integer.parseInt(parts[0]));
    ServerCnxnFactory.createFactory(loopback, 200).startup(new ZooKeeperServer(folder, folder, 2000));
  }

  private static void startRole(String className, String file) throws Exception {
    Properties properties = new Properties();
    properties.load(Files.newBufferedReader(Path.of(file)));
    Map<String, Object> conf = new HashMap<>();
    properties.forEach((key, value) -> conf.put(key.toString(), value));
    ServiceStartable role = (ServiceStartable) Class.forName(className).getDeclaredConstructor().newInstance();
    role.init(new PinotConfiguration(conf));
    role.start();
    Runtime.getRuntime().addShutdownHook(new Thread(role::stop));
  }
}
