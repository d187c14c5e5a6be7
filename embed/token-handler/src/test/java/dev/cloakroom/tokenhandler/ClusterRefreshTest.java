package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.infinispan.InfinispanSessionStore;
import dev.cloakroom.infinispan.InfinispanSessionStoreBuilder;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.Concurrently;
import java.time.Duration;
import java.util.List;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.global.ShutdownHookBehavior;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;
import org.junit.jupiter.api.Test;

/** Two nodes that share their sessions, in one process: no socket, so that they find each other at once. */
class ClusterRefreshTest {

    private static final String STACK = """
            <config xmlns="urn:org:jgroups">
              <SHARED_LOOPBACK bind_addr="127.0.0.1"/>
              <SHARED_LOOPBACK_PING/>
              <pbcast.NAKACK2 use_mcast_xmit="false"/>
              <UNICAST3/>
              <pbcast.STABLE/>
              <pbcast.GMS print_local_addr="false" join_timeout="1s"/>
              <UFC/>
              <MFC/>
              <FRAG4/>
            </config>
            """;

    @Test
    void hundredParallelRequests_onTwoNodes_refreshOnce_andLogNobodyOut() throws Exception {
        KeyRing keys = KeyRing.random();
        try (AuthorizationServer provider = new AuthorizationServer();
                Api api = new Api(provider::accepts);
                DefaultCacheManager first = manager();
                DefaultCacheManager second = manager();
                Site one = node(provider, api, keys, first);
                Site two = node(provider, api, keys, second)) {
            assertThat(first.getMembers()).hasSize(2);
            Visitor visitor = new Visitor(one).loggedIn();
            one.later();
            two.later();
            // The claim must hold however long the answer takes: longer than the lease of one second, too.
            provider.beforeRefreshAnswer = () -> pause(Duration.ofMillis(1500));

            List<Integer> statuses = Concurrently.run(100, thread -> {
                Visitor copy = new Visitor(thread % 2 == 0 ? one : two);
                copy.cookies.putAll(visitor.cookies);
                return copy.send(copy.request("/api/" + thread).header("X-CSRF", "1"))
                        .statusCode();
            });

            assertThat(statuses).hasSize(100).containsOnly(200);
            assertThat(provider.refreshes).hasValue(1);
            assertThat(visitor.fetch("/bff/session").statusCode()).isEqualTo(200);
            // The node that did not refresh has the new token from the store.
            assertThat(one.handler.metrics().refreshes() + two.handler.metrics().refreshes())
                    .isEqualTo(1);
        }
    }

    private static void pause(Duration span) {
        try {
            Thread.sleep(span.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static DefaultCacheManager manager() {
        GlobalConfigurationBuilder global = GlobalConfigurationBuilder.defaultClusteredBuilder();
        global.transport()
                .clusterName("token-handler-test")
                .removeProperty("stack")
                .addProperty(JGroupsTransport.CONFIGURATION_XML, STACK);
        global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
        global.serialization().addContextInitializer(InfinispanSessionStoreBuilder.serialization());
        return new DefaultCacheManager(global.build());
    }

    private static Site node(AuthorizationServer provider, Api api, KeyRing keys, DefaultCacheManager manager) {
        return new Site(
                provider,
                api,
                keys,
                engine -> engine.store(InfinispanSessionStore.builder()
                                .clusterName("token-handler-test")
                                .cacheManager(manager)
                                .build())
                        .refreshLease(Duration.ofSeconds(1)),
                builder -> builder);
    }
}
