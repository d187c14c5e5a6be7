package dev.cloakroom.infinispan;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.global.ShutdownHookBehavior;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.partitionhandling.PartitionHandling;
import org.infinispan.protostream.SerializationContextInitializer;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an {@link InfinispanSessionStore}. All nodes of a cluster must have the same, but for their own address,
 * port and directory. Each setting may be given once; a second time throws {@link IllegalStateException}. Not
 * thread-safe.
 */
public final class InfinispanSessionStoreBuilder {

    private static final int DEFAULT_PORT = 7800;
    private static final int SEGMENTS = 256;

    private String name = "cloakroom";
    private InetAddress address = InetAddress.getLoopbackAddress();
    private int port = DEFAULT_PORT;
    private @Nullable Discovery discovery;
    private byte @Nullable [] clusterKey;
    private boolean openNetwork;
    private int owners = 2;
    private boolean replicated;
    private OnSplit onSplit = OnSplit.DENY;
    private Duration timeout = Duration.ofSeconds(5);
    private @Nullable Boolean sealing;
    private @Nullable EmbeddedCacheManager manager;
    private @Nullable Path directory;
    private Duration restartPatience = Duration.ofMinutes(1);
    private InstantSource clock = InstantSource.system();

    private final Set<String> given = new HashSet<>();

    InfinispanSessionStoreBuilder() {}

    private void once(String setting) {
        if (!given.add(setting)) {
            throw new IllegalStateException(setting + " was set before; set it once");
        }
    }

    /** Sets what the cluster is called, and what its caches' names begin with; {@code "cloakroom"} unless set. */
    public InfinispanSessionStoreBuilder clusterName(String clusterName) {
        once("clusterName");
        if (!clusterName.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("a cluster's name has 1 to 64 letters, digits, dots and dashes");
        }
        name = clusterName;
        return this;
    }

    /**
     * Sets where this node listens for others; the loopback address unless set.
     *
     * @throws IllegalArgumentException if the host is unknown
     */
    public InfinispanSessionStoreBuilder bindAddress(String host) {
        once("bindAddress");
        try {
            address = InetAddress.getByName(Objects.requireNonNull(host, "host"));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("the host to listen at is unknown", e);
        }
        return this;
    }

    /** Sets the TCP port on which this node listens for others; 7800 unless set. It uses no other. */
    public InfinispanSessionStoreBuilder port(int number) {
        once("port");
        if (number < 1 || number > 65_535) {
            throw new IllegalArgumentException("a port is between 1 and 65,535: " + number);
        }
        port = number;
        return this;
    }

    /**
     * Finds other nodes by a list of their addresses, which may name nodes that are not up, and this one.
     *
     * @param hosts each as {@code name:port}, or without a port if it has the same as this node
     */
    public InfinispanSessionStoreBuilder peers(String... hosts) {
        once("the way to find other nodes");
        for (String host : hosts) {
            if (!host.matches("[A-Za-z0-9.-]{1,255}(:[0-9]{1,5})?")) {
                throw new IllegalArgumentException("a peer is named by host:port");
            }
        }
        discovery = new Discovery.Peers(List.of(hosts));
        return this;
    }

    /** Finds other nodes by the addresses that a name has, such as a headless service of Kubernetes. */
    public InfinispanSessionStoreBuilder dns(String host) {
        once("the way to find other nodes");
        discovery = new Discovery.Dns(Objects.requireNonNull(host, "host"));
        return this;
    }

    /**
     * Finds other nodes by a table that is made in a database; its driver must be on the class path. No message contains
     * the URL or the password.
     */
    public InfinispanSessionStoreBuilder jdbc(String url, String user, String password, String driver) {
        once("the way to find other nodes");
        discovery = new Discovery.Jdbc(
                Objects.requireNonNull(url, "url"),
                Objects.requireNonNull(user, "user"),
                Objects.requireNonNull(password, "password"),
                Objects.requireNonNull(driver, "driver"));
        return this;
    }

    /** Finds other nodes on the same network segment by multicast. */
    public InfinispanSessionStoreBuilder multicast() {
        once("the way to find other nodes");
        discovery = new Discovery.Multicast();
        return this;
    }

    /** Finds other nodes within this process. */
    InfinispanSessionStoreBuilder withinProcess() {
        discovery = new Discovery.WithinProcess();
        return this;
    }

    /**
     * Sets the secret by which nodes know each other, and from which the encryption between them follows (TLS 1.3 with
     * certificates on both sides). A process that does not have it can neither join nor listen.
     *
     * @param secret at least 32 random bytes; copied
     */
    public InfinispanSessionStoreBuilder clusterKey(byte[] secret) {
        once("clusterKey");
        if (secret.length < ClusterIdentity.MINIMUM_SECRET) {
            throw new IllegalArgumentException("a cluster key has at least 32 bytes: " + secret.length);
        }
        clusterKey = secret.clone();
        return this;
    }

    /**
     * Lets nodes without a cluster key listen at an address that other machines can reach. A process that can reach it can read
     * and write all sessions, unless the network itself keeps strangers out.
     */
    public InfinispanSessionStoreBuilder trustingTheNetwork() {
        once("trustingTheNetwork");
        openNetwork = true;
        return this;
    }

    /**
     * Sets on how many nodes each session is, so one less may die at a time without loss; 2 unless set. One asks for
     * {@link OnSplit#SERVE}: what has no copy is on one side of a split only, whatever is denied.
     */
    public InfinispanSessionStoreBuilder owners(int number) {
        once("owners");
        if (number < 1 || number > 16) {
            throw new IllegalArgumentException("a session is on 1 to 16 nodes: " + number);
        }
        owners = number;
        return this;
    }

    /** Keeps every session on every node, so that all read from their own memory: for small clusters. */
    public InfinispanSessionStoreBuilder replicated() {
        once("replicated");
        replicated = true;
        return this;
    }

    /** Sets what happens when the network falls apart; {@link OnSplit#DENY} unless set. */
    public InfinispanSessionStoreBuilder onSplit(OnSplit choice) {
        once("onSplit");
        onSplit = Objects.requireNonNull(choice, "choice");
        return this;
    }

    /** Sets how long another node's answer is waited for; 5 seconds unless set. */
    public InfinispanSessionStoreBuilder timeout(Duration span) {
        once("timeout");
        if (span.isNegative() || span.isZero()) {
            throw new IllegalArgumentException("the timeout must be positive: " + span);
        }
        timeout = span;
        return this;
    }

    /**
     * Sets whether an engine seals (encrypts and authenticates) what it gives to this store, unless the engine is told
     * otherwise; unless set, it does when there may be other nodes, or sessions are written to files.
     */
    public InfinispanSessionStoreBuilder sealing(boolean on) {
        once("sealing");
        sealing = on;
        return this;
    }

    /**
     * Keeps sessions in a directory while the whole cluster, or a store without one, is stopped in order; off unless
     * set. Nothing is written while the cluster lives: of the nodes that close, the last one writes all sessions down,
     * and when the nodes are started anew, it brings them back and deletes what it wrote. Until then all nodes are
     * unavailable, so start that node soon, see {@link #restartPatience}. A cluster that is killed as a whole leaves no
     * sessions. What a node has that joins a cluster that has begun without it is deleted, and counts for nothing.
     *
     * <p>The engine seals what is written, unless it or this builder is told otherwise.
     *
     * @param path a directory of this node's own, which is made unless it exists, and belongs to the user that runs the
     *     program alone
     */
    public InfinispanSessionStoreBuilder persistedTo(Path path) {
        once("persistedTo");
        directory = Objects.requireNonNull(path, "path");
        return this;
    }

    /**
     * Sets how long a cluster that is started waits for nodes that may have its sessions, before it begins without them;
     * a minute unless set. It does not wait for nodes that are known to have none, nor when it was never run before.
     */
    public InfinispanSessionStoreBuilder restartPatience(Duration span) {
        once("restartPatience");
        if (span.isNegative()) {
            throw new IllegalArgumentException("the patience must not be negative: " + span);
        }
        restartPatience = span;
        return this;
    }

    /**
     * Uses an Infinispan that is running already; its cluster name, network and discovery count then, and not this
     * builder's, and its security. It must have been configured with {@link #serialization}. It is not stopped with the
     * store.
     */
    public InfinispanSessionStoreBuilder cacheManager(EmbeddedCacheManager running) {
        once("cacheManager");
        manager = Objects.requireNonNull(running, "running");
        return this;
    }

    /**
     * Returns what {@code GlobalConfigurationBuilder.serialization().addContextInitializer} needs so that a
     * {@linkplain #cacheManager given} Infinispan can send sessions.
     */
    public static SerializationContextInitializer serialization() {
        return new Wire();
    }

    /** Sets what tells the time. */
    InfinispanSessionStoreBuilder clock(InstantSource source) {
        clock = source;
        return this;
    }

    /**
     * Starts the store, which joins the cluster if it finds others.
     *
     * @throws IllegalStateException if it would listen where other machines can reach it without a cluster key, if it
     *     met a node with another one, if the port is taken, if settings contradict each other, or if the directory for
     *     sessions is not its owner's alone, in use, or has those of another store
     */
    public InfinispanSessionStore build() {
        EmbeddedCacheManager given = manager;
        requireCopies(given == null ? discovery != null : isClustered(given));
        if (given != null) {
            if (directory != null) {
                throw new IllegalStateException("sessions are not persisted from an Infinispan that is given: how its"
                        + " nodes stop is not for the store to say");
            }
            InfinispanSessionStore store = store(given, false, null);
            store.begin();
            return store;
        }
        ClusterIdentity identity = clusterKey == null ? null : ClusterIdentity.of(clusterKey);
        if (discovery != null && identity == null && !openNetwork && !address.isLoopbackAddress()) {
            throw new IllegalStateException("without a cluster key, any process that can reach this node could read all"
                    + " sessions: set one, or say that the network is to be trusted");
        }
        Path path = directory;
        if (path == null) {
            return build(identity, null);
        }
        requireLastNode();
        SessionFiles files = SessionFiles.open(path, name);
        try {
            return build(identity, files);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private void requireCopies(boolean clustered) {
        if (clustered && owners == 1 && !replicated && onSplit == OnSplit.DENY) {
            throw new IllegalStateException("of sessions that are on one node each, nothing tells the side of a split"
                    + " that may serve them: have two owners, or OnSplit.SERVE");
        }
    }

    /** Checks that of the nodes that close in order one is the last; it has all sessions, as each has two owners. */
    private void requireLastNode() {
        if (discovery != null && onSplit == OnSplit.SERVE) {
            throw new IllegalStateException("sessions are not persisted where both sides of a split serve: each would"
                    + " write its own, and bring back what ended on the other");
        }
    }

    private InfinispanSessionStore build(@Nullable ClusterIdentity identity, @Nullable SessionFiles files) {
        EmbeddedCacheManager started = start(identity);
        try {
            InfinispanSessionStore store = store(started, true, files);
            requireSameKey(identity, store);
            // Not before it is certain that it starts: it may delete files.
            store.begin();
            return store;
        } catch (RuntimeException e) {
            started.stop();
            throw e;
        }
    }

    /** Checks that this node did not meet another with another key where it looked for its own cluster. */
    private void requireSameKey(@Nullable ClusterIdentity identity, InfinispanSessionStore store) {
        String other = identity == null ? null : identity.nodeWithOtherSecret();
        // Multicast finds whatever says that it is there, so it is no evidence.
        if (other != null && store.nodes() == 1 && !(discovery instanceof Discovery.Multicast)) {
            throw new IllegalStateException("the node at " + other + " has another cluster key than this one:"
                    + " give both the same key, or take it off the list of peers");
        }
    }

    EmbeddedCacheManager start(@Nullable ClusterIdentity identity) {
        GlobalConfigurationBuilder global = new GlobalConfigurationBuilder();
        global.cacheManagerName(name);
        global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
        global.jmx().disable();
        global.metrics().gauges(false).histograms(false);
        global.serialization().addContextInitializer(new Wire());
        Discovery others = discovery;
        if (others != null) {
            global.transport()
                    .transport(new JGroupsTransport())
                    .clusterName(name)
                    .distributedSyncTimeout(60, TimeUnit.SECONDS)
                    .addProperty(
                            JGroupsTransport.CHANNEL_CONFIGURATOR,
                            new StackConfigurator(
                                    Stack.xml(address, port, others),
                                    others instanceof Discovery.Peers peers ? peers.initialHosts(port) : null,
                                    database(others)));
            if (!(others instanceof Discovery.WithinProcess)) {
                global.transport().addProperty(JGroupsTransport.SOCKET_FACTORY, NodeSockets.of(identity));
            }
        }
        LogLevels.apply();
        try {
            return new DefaultCacheManager(global.build());
        } catch (RuntimeException e) {
            throw new IllegalStateException("the cluster node cannot be started; is port " + port + " taken?", e);
        }
    }

    private static @Nullable DataSource database(Discovery others) {
        return others instanceof Discovery.Jdbc jdbc ? DiscoveryDatabase.open(jdbc) : null;
    }

    private static boolean isClustered(EmbeddedCacheManager running) {
        return running.getCacheManagerConfiguration().isClustered();
    }

    private InfinispanSessionStore store(EmbeddedCacheManager running, boolean owned, @Nullable SessionFiles files) {
        boolean clustered = isClustered(running);
        ConfigurationBuilder caches = new ConfigurationBuilder();
        if (clustered) {
            caches.clustering()
                    .cacheMode(replicated ? CacheMode.REPL_SYNC : CacheMode.DIST_SYNC)
                    .remoteTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .stateTransfer()
                    .awaitInitialTransfer(true)
                    .hash()
                    .numOwners(owners)
                    .numSegments(SEGMENTS)
                    .partitionHandling()
                    .whenSplit(
                            onSplit == OnSplit.DENY
                                    ? PartitionHandling.DENY_READ_WRITES
                                    : PartitionHandling.ALLOW_READ_WRITES);
        }
        StoreCaches started = StoreCaches.start(running, owned, name, caches, onSplit, files, restartPatience, clock);
        return new InfinispanSessionStore(started, sealing == null ? clustered || files != null : sealing, clock);
    }

    /** Names the cluster, and nothing secret. */
    @Override
    public String toString() {
        return "InfinispanSessionStoreBuilder[" + name + ", " + Arrays.asList(address, port) + "]";
    }
}
