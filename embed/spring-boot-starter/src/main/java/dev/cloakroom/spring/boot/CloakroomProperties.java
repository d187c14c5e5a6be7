package dev.cloakroom.spring.boot;

import dev.cloakroom.SessionLimit;
import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.cookie.SameSite;
import dev.cloakroom.key.KeyFileAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.session.SaveMode;
import org.springframework.util.unit.DataSize;

/**
 * The settings of Cloakroom in a Spring Boot application.
 *
 * @param keysFile File of the keys that sign cookies. KeyRingTool makes and rotates it.
 * @param keysFileAccess Who may have access to the file of the keys.
 * @param randomKeys Whether to sign with a key that is made at each start and ends all sessions with the process. For a
 *     trial only.
 * @param application Name of this application, if several share the file of the keys. Others then accept none of its
 *     cookies.
 * @param idleTimeout How long a session lives after its last access.
 * @param absoluteTimeout How long a session lives after its login, however much it is used.
 * @param renewal Periodic renewal of the cookie.
 * @param cookie Cookie that holds the session's secret id.
 * @param rememberMe Sessions that outlive the browser.
 * @param sessionsPerPrincipal How many sessions a principal may have.
 * @param endOnIdReuse Whether a session ends when an id is presented that its browser has replaced: two parties have it.
 * @param maxAttributeSize How large one encoded attribute may be.
 * @param maxSessionSize How large all attributes of a session together may be.
 * @param sealing Whether sessions are encrypted before the store gets them. Unless set, exactly when they leave this
 *     process.
 * @param saveMode Which values are stored at the end of a request, besides those that were set.
 * @param json Attributes that are objects, which are stored as JSON.
 * @param store Where sessions live.
 */
@ConfigurationProperties("cloakroom")
public record CloakroomProperties(
        @Nullable Path keysFile,
        @DefaultValue("owner-only") KeyFileAccess keysFileAccess,
        @DefaultValue("false") boolean randomKeys,
        @Nullable String application,
        @DefaultValue("30m") Duration idleTimeout,
        @DefaultValue("12h") Duration absoluteTimeout,
        @DefaultValue Renewal renewal,
        @DefaultValue Cookie cookie,
        @DefaultValue RememberMe rememberMe,
        @DefaultValue SessionsPerPrincipal sessionsPerPrincipal,
        @DefaultValue("false") boolean endOnIdReuse,
        @DefaultValue("64KB") DataSize maxAttributeSize,
        @DefaultValue("256KB") DataSize maxSessionSize,
        @Nullable Boolean sealing,
        @DefaultValue("on-set-attribute") SaveMode saveMode,
        @DefaultValue Json json,
        @DefaultValue Store store) {

    /**
     * Periodic renewal of the cookie.
     *
     * @param interval How old a session's id gets before it is renewed.
     * @param grace How long the old id opens the session after the new one was first presented.
     */
    public record Renewal(
            @DefaultValue("15m") Duration interval,
            @DefaultValue("30s") Duration grace) {}

    /**
     * The cookie.
     *
     * @param name Name of the cookie.
     * @param path Path that the browser sends the cookie to, and to all below.
     * @param domain Domain that the browser sends the cookie to with all subdomains. Unless set, only to the host that
     *     set it.
     * @param sameSite Requests that the browser sends the cookie with.
     * @param partitioned Whether the browser keeps a separate cookie for each top-level site.
     * @param allowInsecureTransport Whether the browser may send the cookie without TLS. For development only.
     * @param allowScriptAccess Whether scripts may read the cookie.
     */
    public record Cookie(
            @DefaultValue(CookiePolicy.STRICT_NAME) String name,
            @DefaultValue("/") String path,
            @Nullable String domain,
            @DefaultValue("strict") SameSite sameSite,
            @DefaultValue("false") boolean partitioned,
            @DefaultValue("false") boolean allowInsecureTransport,
            @DefaultValue("false") boolean allowScriptAccess) {}

    /**
     * Sessions that outlive the browser.
     *
     * @param parameter Request parameter of the login that asks for such a session. Unless set, none does.
     * @param idleTimeout How long such a session lives after its last access.
     * @param absoluteTimeout How long such a session lives after its login.
     */
    public record RememberMe(
            @Nullable String parameter,
            @DefaultValue("14d") Duration idleTimeout,
            @DefaultValue("30d") Duration absoluteTimeout) {}

    /**
     * The limit of sessions.
     *
     * @param maximum How many sessions a principal may have. It holds exactly, in the whole cluster.
     * @param whenExceeded What happens at the next login.
     */
    public record SessionsPerPrincipal(
            @DefaultValue("100") int maximum,
            @DefaultValue("end-least-recently-used") SessionLimit whenExceeded) {}

    /**
     * Attributes that are objects.
     *
     * @param allowedClasses Classes of the application that may be made from what the store holds.
     * @param allowedPackages Packages of the application whose classes may be made from what the store holds.
     */
    public record Json(
            @DefaultValue Set<Class<?>> allowedClasses,
            @DefaultValue Set<String> allowedPackages) {}

    /**
     * The store.
     *
     * @param type Kind of the store.
     * @param heap Settings of the store on the heap.
     * @param chronicle Settings of the store on Chronicle Map.
     * @param infinispan Settings of the store on Infinispan.
     */
    public record Store(
            @DefaultValue("heap") StoreType type,
            @DefaultValue Heap heap,
            @DefaultValue Chronicle chronicle,
            @DefaultValue Infinispan infinispan) {}

    /** Kinds of stores. */
    public enum StoreType {
        /** On the heap of this process. Sessions end with it. */
        HEAP,
        /** Off the heap, and in files that outlive the process. Needs cloakroom-engine-chronicle. */
        CHRONICLE,
        /** In the memory of a cluster. Needs cloakroom-engine-infinispan. */
        INFINISPAN
    }

    /**
     * The store on the heap.
     *
     * @param maxSize How much of the heap the sessions take at most. A quarter of it unless set.
     * @param maxSessions How many sessions there are at most. No limit of its own unless set.
     */
    public record Heap(@Nullable DataSize maxSize, @Nullable Long maxSessions) {}

    /**
     * The store on Chronicle Map.
     *
     * @param directory Directory of the files, which this user alone can open. In memory unless set.
     * @param maxSessions How many sessions there are at most.
     * @param typicalSessionSize How long a session's record is on average.
     * @param startFreshOnDamage Whether files that cannot be recovered are set aside. Unless set, the start fails.
     * @param shared Whether several processes of this machine have the files open together.
     */
    public record Chronicle(
            @Nullable Path directory,
            @DefaultValue("1000000") long maxSessions,
            @DefaultValue("1KB") DataSize typicalSessionSize,
            @DefaultValue("false") boolean startFreshOnDamage,
            @DefaultValue("false") boolean shared) {}

    /**
     * The store on Infinispan.
     *
     * @param clusterName Name of the cluster.
     * @param bindAddress Address at which this node listens for others. The loopback address unless set.
     * @param port TCP port on which this node listens for others.
     * @param peers Other nodes, each as host:port. Some may be down, and this node may be among them.
     * @param dns Name whose addresses are the nodes, such as a headless service of Kubernetes.
     * @param multicast Whether to find other nodes by multicast.
     * @param clusterKeyFile File with the secret by which nodes know each other, at least 32 random bytes.
     * @param trustingTheNetwork Whether to listen at a reachable address without a cluster key.
     * @param owners On how many nodes each session is.
     * @param replicated Whether each session is on every node.
     * @param serveOnSplit Whether both sides of a split network serve. Unless set, the smaller one is unavailable.
     * @param timeout How long another node's answer is waited for.
     * @param directory Directory that keeps sessions while the whole cluster is stopped. None unless set.
     * @param restartPatience How long a cluster that starts waits for nodes that may have its sessions.
     */
    public record Infinispan(
            @DefaultValue("cloakroom") String clusterName,
            @Nullable String bindAddress,
            @DefaultValue("7800") int port,
            @DefaultValue List<String> peers,
            @Nullable String dns,
            @DefaultValue("false") boolean multicast,
            @Nullable Path clusterKeyFile,
            @DefaultValue("false") boolean trustingTheNetwork,
            @DefaultValue("2") int owners,
            @DefaultValue("false") boolean replicated,
            @DefaultValue("false") boolean serveOnSplit,
            @DefaultValue("5s") Duration timeout,
            @Nullable Path directory,
            @DefaultValue("1m") Duration restartPatience) {}
}
