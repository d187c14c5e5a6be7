package dev.cloakroom.tokenhandler;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import org.jspecify.annotations.Nullable;

/** Names the principals of one issuer. */
final class Principals {

    /** No issuer has a fragment (OpenID Connect Discovery, section 3). */
    private static final char SEPARATOR = '#';

    private final String prefix;

    Principals(String issuer) {
        this.prefix = issuer + SEPARATOR;
    }

    String of(String subject) {
        return prefix + subject;
    }

    /** Returns the session of a lookup if this issuer's user is logged in on it, otherwise null. */
    @Nullable
    Session loggedIn(Lookup lookup) {
        if (!(lookup instanceof Lookup.Found found)) {
            return null;
        }
        return isLoggedIn(found.session()) ? found.session() : null;
    }

    boolean isLoggedIn(Session session) {
        String principal = session.principal();
        return principal != null && principal.startsWith(prefix);
    }
}
