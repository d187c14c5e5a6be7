package dev.cloakroom.light4j;

import com.networknt.config.Config;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.key.KeyRing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings in {@code cloakroom.yml}, which light-4j's configuration finds as it finds its own files:
 *
 * <pre>
 * keys: /etc/shop/keys.txt      # required: the file of the cookies' keys
 * idleTimeout: 1800             # seconds, optional
 * absoluteTimeout: 43200        # seconds, optional
 * insecureCookie: session       # optional, for development without TLS only: the name of a cookie without Secure
 * </pre>
 *
 * <p>Other settings and other stores: build the engine and give it to {@link CloakroomSessionManager#use}.
 *
 * @param keys the file of the cookies' keys
 * @param idleTimeout how long a session lives after its last access, or null for the engine's default
 * @param absoluteTimeout how long a session lives at most, or null for the engine's default
 * @param insecureCookie the name of a cookie without {@code Secure}, or null for the strict cookie
 */
public record CloakroomConfig(
        Path keys,
        @Nullable Duration idleTimeout,
        @Nullable Duration absoluteTimeout,
        @Nullable String insecureCookie) {

    private static final String FILE = "cloakroom";
    private static final Set<String> SETTINGS = Set.of("keys", "idleTimeout", "absoluteTimeout", "insecureCookie");

    /**
     * Reads the settings.
     *
     * @throws IllegalStateException if there is no such file, or a setting is missing, unknown or wrong
     */
    static CloakroomConfig load() {
        Map<String, Object> settings = Config.getInstance().getJsonMapConfig(FILE);
        if (settings == null) {
            throw new IllegalStateException("there is no cloakroom.yml among the configuration files: write one that"
                    + " names the key file (keys: /etc/shop/keys.txt), or call CloakroomSessionManager.use with an"
                    + " engine before the server starts");
        }
        return of(settings);
    }

    static CloakroomConfig of(Map<String, Object> settings) {
        Set<String> unknown = new TreeSet<>(settings.keySet());
        unknown.removeAll(SETTINGS);
        if (!unknown.isEmpty()) {
            throw new IllegalStateException(
                    "cloakroom.yml has unknown settings " + unknown + ": it may have " + new TreeSet<>(SETTINGS));
        }
        Object keys = settings.get("keys");
        if (keys == null) {
            throw new IllegalStateException(
                    "cloakroom.yml does not name the key file: add keys: and its path; KeyRingTool generate makes one");
        }
        Object cookie = settings.get("insecureCookie");
        return new CloakroomConfig(
                Path.of(keys.toString()),
                seconds(settings, "idleTimeout"),
                seconds(settings, "absoluteTimeout"),
                cookie == null ? null : cookie.toString());
    }

    private static @Nullable Duration seconds(Map<String, Object> settings, String name) {
        Object value = settings.get(name);
        if (value == null) {
            return null;
        }
        if (value instanceof Integer number && number > 0) {
            return Duration.ofSeconds(number);
        }
        throw new IllegalStateException(
                "the setting " + name + " of cloakroom.yml must be a number of seconds above 0");
    }

    /** Returns an engine with these settings and a store on the heap. */
    SessionEngine newEngine() {
        SessionEngine.Builder builder = SessionEngine.builder().keys(KeyRing.fromFile(keys));
        if (idleTimeout != null) {
            builder.idleTimeout(idleTimeout);
        }
        if (absoluteTimeout != null) {
            builder.absoluteTimeout(absoluteTimeout);
        }
        if (insecureCookie != null) {
            builder.cookie(CookiePolicy.builder()
                    .name(insecureCookie)
                    .allowInsecureTransport()
                    .build());
        }
        return builder.build();
    }
}
