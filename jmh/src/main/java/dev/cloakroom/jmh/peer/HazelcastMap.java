package dev.cloakroom.jmh.peer;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.util.UUID;

/**
 * Spring Session over a map of Hazelcast, in a cluster of this one process: what a session costs that others could read,
 * without a network between. The map keeps bytes, so each read and each save passes through Java serialization.
 */
final class HazelcastMap {

    private HazelcastMap() {}

    static Peer peer(CookieCheck check) {
        HazelcastInstance member = Hazelcast.newHazelcastInstance(alone());
        return new SpringSessionPeer(
                member.getMap("sessions"), () -> member.getLifecycleService().terminate(), check);
    }

    /** A member that listens on the loopback address only, looks for no others and calls nobody. */
    private static Config alone() {
        Config config = new Config();
        config.setClusterName("peer-" + UUID.randomUUID());
        config.setProperty("hazelcast.logging.type", "none");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        NetworkConfig network = config.getNetworkConfig();
        network.setPublicAddress("127.0.0.1");
        network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(false);
        return config;
    }
}
