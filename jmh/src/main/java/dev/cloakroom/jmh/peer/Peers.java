package dev.cloakroom.jmh.peer;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cloakroom.key.KeyAlgorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/** All peers by name. */
public final class Peers {

    /** What is appended to a peer's name to have its cookies signed. */
    public static final String SIGNED = "+hmac";

    private static final List<String> UNSIGNED = List.of(
            "map",
            "caffeine",
            "infinispan-simple",
            "infinispan-local",
            "tomcat",
            "vertx",
            "shiro",
            "undertow",
            "light",
            "spring-session",
            "jetty",
            "spring-session-hazelcast");

    /** Cloakroom always checks, so there is no other form of it. */
    private static final List<String> CLOAKROOM =
            List.of("cloakroom-hmac", "cloakroom-hmac-commit", "cloakroom-cmac", "cloakroom-cmac-commit");

    /** Kept here, since loggers that nobody holds are forgotten together with their levels. */
    private static final Logger ROOT_LOGGER = Logger.getLogger("");

    private Peers() {}

    /** Returns the names of all peers, those that this JDK cannot run included. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(UNSIGNED);
        UNSIGNED.forEach(name -> names.add(name + SIGNED));
        names.addAll(CLOAKROOM);
        return names;
    }

    /**
     * Opens a peer.
     *
     * @param sessions how many sessions it will hold
     * @throws IllegalStateException if it needs a newer JDK
     */
    public static Peer open(String name, int sessions) {
        ROOT_LOGGER.setLevel(Level.SEVERE);
        return switch (name) {
            case "cloakroom-hmac" -> new CloakroomPeer(KeyAlgorithm.HMAC_SHA_256, false, sessions);
            case "cloakroom-hmac-commit" -> new CloakroomPeer(KeyAlgorithm.HMAC_SHA_256, true, sessions);
            case "cloakroom-cmac" -> new CloakroomPeer(KeyAlgorithm.AES_256_CMAC, false, sessions);
            case "cloakroom-cmac-commit" -> new CloakroomPeer(KeyAlgorithm.AES_256_CMAC, true, sessions);
            default ->
                name.endsWith(SIGNED)
                        ? open(name.substring(0, name.length() - SIGNED.length()), CookieCheck.hmacSha256(), sessions)
                        : open(name, CookieCheck.none(), sessions);
        };
    }

    /** Returns the header that a browser would send: the session's cookie among two others, the same for every peer. */
    public static String header(String cookie) {
        return "theme=dark; " + cookie + "; lang=en";
    }

    private static Peer open(String name, CookieCheck check, int sessions) {
        return switch (name) {
            case "map" -> new KeyedPeer(new ConcurrentHashMap<>(), () -> {}, check);
            case "caffeine" -> new KeyedPeer(caffeine(sessions), () -> {}, check);
            case "infinispan-simple" -> InfinispanCaches.peer(true, check);
            case "infinispan-local" -> InfinispanCaches.peer(false, check);
            case "tomcat" -> new TomcatPeer(check);
            case "vertx" -> new VertxPeer(check);
            case "shiro" -> new ShiroPeer(check);
            case "undertow" -> new UndertowPeer(check);
            case "light" -> light(check);
            case "spring-session" -> new SpringSessionPeer(new ConcurrentHashMap<>(), () -> {}, check);
            case "jetty" -> new JettyPeer(check);
            case "spring-session-hazelcast" -> HazelcastMap.peer(check);
            default -> throw new IllegalArgumentException("no such peer: " + name);
        };
    }

    /** A cache with a limit, as a cache is used: each read is noted in its policy's buffers. */
    private static Map<String, Map<String, Object>> caffeine(int sessions) {
        return Caffeine.newBuilder()
                .maximumSize(2L * sessions)
                .<String, Map<String, Object>>build()
                .asMap();
    }

    /** By name, since its adapter is built only on a JDK that can run it. */
    private static Peer light(CookieCheck check) {
        try {
            return Class.forName(Peers.class.getPackageName() + ".LightPeer")
                    .asSubclass(Peer.class)
                    .getDeclaredConstructor(CookieCheck.class)
                    .newInstance(check);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalStateException(
                    "light-session-4j is compiled for Java 21: build and run on a newer JDK", e);
        }
    }
}
