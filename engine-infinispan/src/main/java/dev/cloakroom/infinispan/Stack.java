package dev.cloakroom.infinispan;

import java.net.InetAddress;

/**
 * The JGroups protocols between the nodes. All of it goes over one TCP port for each node: a node that dies is noticed
 * when its connections close, within milliseconds, and one that hangs or is cut off by its silence, after nine
 * seconds at most.
 */
final class Stack {

    private Stack() {}

    static String xml(InetAddress address, int port, Discovery discovery) {
        String transport = discovery instanceof Discovery.WithinProcess
                ? Xml.element("SHARED_LOOPBACK", "bind_addr", "127.0.0.1")
                : Xml.element(
                        "TCP",
                        "bind_addr",
                        address.getHostAddress(),
                        "bind_port",
                        Integer.toString(port),
                        "port_range",
                        "0",
                        "diag.enabled",
                        "false",
                        "enable_suspect_events",
                        "true",
                        "sock_conn_timeout",
                        "1s",
                        "peer_addr_read_timeout",
                        "2s",
                        "linger",
                        "-1",
                        "tcp_nodelay",
                        "true",
                        "thread_pool.max_threads",
                        "200",
                        "use_vthreads",
                        "false");
        return String.join(
                "\n",
                "<config xmlns=\"urn:org:jgroups\">",
                transport,
                Xml.element("RED"),
                discovery.protocol(port),
                Xml.element("MERGE3", "min_interval", "1s", "max_interval", "3s"),
                Xml.element("FD_ALL3", "timeout", "8s", "interval", "1s"),
                Xml.element("VERIFY_SUSPECT2", "timeout", "500ms"),
                Xml.element("pbcast.NAKACK2", "use_mcast_xmit", "false", "xmit_interval", "200ms"),
                Xml.element("UNICAST3", "conn_close_timeout", "5s", "xmit_interval", "200ms"),
                Xml.element("pbcast.STABLE", "desired_avg_gossip", "5s", "max_bytes", "1M"),
                Xml.element("pbcast.GMS", "print_local_addr", "false", "join_timeout", "5s", "max_join_attempts", "3"),
                Xml.element("UFC", "max_credits", "4m", "min_threshold", "0.40"),
                Xml.element("MFC", "max_credits", "4m", "min_threshold", "0.40"),
                Xml.element("FRAG4", "frag_size", "60k"),
                "</config>");
    }
}
