import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.ignite.internal.GridKernalContext;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.binary.GridBinaryMarshaller;
import org.apache.ignite.internal.cache.transform.CacheObjectTransformerProcessor;
import org.apache.ignite.internal.processors.GridProcessorAdapter;
import org.apache.ignite.plugin.CachePluginContext;
import org.apache.ignite.plugin.CachePluginProvider;
import org.apache.ignite.plugin.ExtensionRegistry;
import org.apache.ignite.plugin.IgnitePlugin;
import org.apache.ignite.plugin.PluginConfiguration;
import org.apache.ignite.plugin.PluginContext;
import org.apache.ignite.plugin.PluginProvider;

/**
 * Has a node keep all values transformed, type code -3 (253): each of their bytes is inverted. Prints "TRANSFORMS" and
 * "RESTORES" when it first does so.
 */
public final class Transformer implements PluginProvider<PluginConfiguration> {
  @Override
  public String name() {
    return "Transformer";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public String copyright() {
    return "querent";
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T extends IgnitePlugin> T plugin() {
    return (T) new IgnitePlugin() {};
  }

  @Override
  public <T> T createComponent(PluginContext context, Class<T> component) {
    boolean isOurs = component.equals(CacheObjectTransformerProcessor.class);
    return isOurs ? component.cast(new Inverting(((IgniteEx) context.grid()).context())) : null;
  }

  private static final class Inverting extends GridProcessorAdapter implements CacheObjectTransformerProcessor {
    private volatile boolean transforms;
    private volatile boolean restores;

    Inverting(GridKernalContext context) {
      super(context);
    }

    @Override
    public ByteBuffer transform(ByteBuffer original) {
      if (!transforms) {
        transforms = true;
        System.out.println("TRANSFORMS");
      }
      ByteBuffer transformed = ByteBuffer.allocate(original.remaining() + 1);
      transformed.put(GridBinaryMarshaller.TRANSFORMED);
      return invert(original, transformed);
    }

    @Override
    public ByteBuffer restore(ByteBuffer transformed) {
      if (!restores) {
        restores = true;
        System.out.println("RESTORES");
      }
      return invert(transformed, ByteBuffer.allocate(transformed.remaining()));
    }

    private static ByteBuffer invert(ByteBuffer from, ByteBuffer to) {
      while (from.hasRemaining()) {
        to.put((byte) ~from.get());
      }
      return to.flip();
    }
  }

  @Override
  public void initExtensions(PluginContext context, ExtensionRegistry registry) {}

  @Override
  public CachePluginProvider<?> createCacheProvider(CachePluginContext context) {
    return null;
  }

  @Override
  public void start(PluginContext context) {}

  @Override
  public void stop(boolean cancel) {}

  @Override
  public void onIgniteStart() {}

  @Override
  public void onIgniteStop(boolean cancel) {}

  @Override
  public Serializable provideDiscoveryData(UUID node) {
    return null;
  }

  @Override
  public void receiveDiscoveryData(UUID node, Serializable data) {}

  @Override
  public void validateNewNode(org.apache.ignite.cluster.ClusterNode node) {}
}
