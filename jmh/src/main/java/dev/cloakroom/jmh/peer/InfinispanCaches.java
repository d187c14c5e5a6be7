package dev.cloakroom.jmh.peer;

import java.util.Map;
import org.infinispan.Cache;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.manager.DefaultCacheManager;

/**
 * Infinispan without a cluster, holding the objects themselves. A local cache sends every call through its interceptors;
 * a simple cache has none, and is not much more than a map with statistics. Neither expires nor copies anything here.
 */
final class InfinispanCaches {

    private static final String CACHE = "sessions";

    private InfinispanCaches() {}

    static Peer peer(boolean simple, CookieCheck check) {
        DefaultCacheManager manager = new DefaultCacheManager(
                new GlobalConfigurationBuilder().nonClusteredDefault().build());
        manager.defineConfiguration(
                CACHE, new ConfigurationBuilder().simpleCache(simple).build());
        Cache<String, Map<String, Object>> cache = manager.getCache(CACHE);
        return new KeyedPeer(cache, manager::stop, check);
    }
}
