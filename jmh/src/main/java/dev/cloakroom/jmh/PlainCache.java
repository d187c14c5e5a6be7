package dev.cloakroom.jmh;

import dev.cloakroom.infinispan.InfinispanSessionStore;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.infinispan.AdvancedCache;
import org.infinispan.Cache;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.distribution.DistributionInfo;
import org.infinispan.manager.EmbeddedCacheManager;

/** A cache of arrays on the nodes of session stores: the same members, connections and number of copies. */
final class PlainCache {

    private static final int OWNERS = 2;
    private static final int SEGMENTS = 256;
    private static final int TYPICAL_BYTES = 1_200;

    private final AdvancedCache<byte[], byte[]> cache;
    private final List<byte[]> near = new ArrayList<>();
    private final List<byte[]> far = new ArrayList<>();
    private long version;
    private int at;

    private PlainCache(AdvancedCache<byte[], byte[]> cache) {
        this.cache = cache;
    }

    /** Makes a cache on the nodes of stores, fills it, and uses it on the first one. */
    static PlainCache on(List<InfinispanSessionStore> stores, int entries) {
        List<AdvancedCache<byte[], byte[]>> caches = stores.stream()
                .map(store -> cache(manager(store)).getAdvancedCache())
                .toList();
        PlainCache plain = new PlainCache(caches.get(0));
        Random random = new Random(1);
        for (int i = 0; i < entries; i++) {
            byte[] key = new byte[Long.BYTES * 2];
            random.nextBytes(key);
            plain.cache.put(key, plain.value(), 1, TimeUnit.HOURS);
            DistributionInfo owners = plain.cache
                    .getDistributionManager()
                    .getCacheTopology()
                    .getDistribution(plain.cache.getKeyDataConversion().toStorage(key));
            if (owners.isPrimary()) {
                plain.near.add(key);
            } else if (!owners.isReadOwner()) {
                plain.far.add(key);
            }
        }
        return plain;
    }

    private static Cache<byte[], byte[]> cache(EmbeddedCacheManager manager) {
        ConfigurationBuilder settings = new ConfigurationBuilder();
        settings.clustering()
                .cacheMode(CacheMode.DIST_SYNC)
                .hash()
                .numOwners(OWNERS)
                .numSegments(SEGMENTS);
        settings.encoding().mediaType("application/octet-stream");
        manager.defineConfiguration("plain", settings.build());
        return manager.getCache("plain");
    }

    /** A store hands out no part of its Infinispan; what is measured beside it needs the same connections. */
    private static EmbeddedCacheManager manager(InfinispanSessionStore store) {
        try {
            Field field = InfinispanSessionStore.class.getDeclaredField("caches");
            field.setAccessible(true);
            Object caches = Objects.requireNonNull(field.get(store));
            Method sessions = caches.getClass().getDeclaredMethod("sessions");
            sessions.setAccessible(true);
            return ((AdvancedCache<?, ?>) Objects.requireNonNull(sessions.invoke(caches))).getCacheManager();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] value() {
        byte[] value = new byte[TYPICAL_BYTES];
        ByteBuffer.wrap(value).putLong(++version);
        return value;
    }

    byte[] nextNear() {
        return next(near);
    }

    byte[] nextFar() {
        return next(far);
    }

    private byte[] next(List<byte[]> keys) {
        at = at + 1 < keys.size() ? at + 1 : 0;
        return keys.get(at);
    }

    byte[] get(byte[] key) {
        return Objects.requireNonNull(cache.get(key));
    }

    boolean getAndReplace(byte[] key) {
        if (!cache.replace(key, get(key), value(), 1, TimeUnit.HOURS)) {
            throw new IllegalStateException("an entry was not replaced, although only this thread changes it");
        }
        return true;
    }
}
