package dev.cloakroom.infinispan;

import java.util.List;
import java.util.stream.Collectors;

/** How nodes find each other. */
sealed interface Discovery {

    /** Returns the JGroups protocol that does it, as XML. */
    String protocol(int port);

    /** By a list of addresses; one without a port has the same as this node. */
    record Peers(List<String> hosts) implements Discovery {
        @Override
        public String protocol(int port) {
            return Xml.element("TCPPING", "initial_hosts", initialHosts(port), "port_range", "0");
        }

        /** Returns the list as JGroups writes it. */
        String initialHosts(int port) {
            return hosts.stream()
                    .map(host -> host.endsWith("]") || !host.matches(".*:\\d+") ? host + ":" + port : host)
                    .map(host -> host.replaceFirst(":(\\d+)$", "[$1]"))
                    .collect(Collectors.joining(","));
        }
    }

    /** By the addresses that a name has, as with a headless service of Kubernetes. */
    record Dns(String name) implements Discovery {
        @Override
        public String protocol(int port) {
            return Xml.element("dns.DNS_PING", "dns_query", name, "num_discovery_runs", "3");
        }
    }

    /** By a table that all share. */
    record Jdbc(String url, String user, String password, String driver) implements Discovery {
        @Override
        public String protocol(int port) {
            return Xml.element("JDBC_PING2", "remove_all_data_on_view_change", "true");
        }

        /** Names the driver, and nothing secret. */
        @Override
        public String toString() {
            return "Jdbc[" + driver + "]";
        }
    }

    /** By multicast: nodes on the same network segment. */
    record Multicast() implements Discovery {
        @Override
        public String protocol(int port) {
            return Xml.element(
                    "MPING",
                    "mcast_addr",
                    "239.67.76.65",
                    "mcast_port",
                    "46655",
                    "ip_ttl",
                    "2",
                    "num_discovery_runs",
                    "3");
        }
    }

    /** Within this process, for tests. */
    record WithinProcess() implements Discovery {
        @Override
        public String protocol(int port) {
            return Xml.element("SHARED_LOOPBACK_PING");
        }
    }
}
