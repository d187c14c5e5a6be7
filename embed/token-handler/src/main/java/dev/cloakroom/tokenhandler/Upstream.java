package dev.cloakroom.tokenhandler;

import java.net.URI;
import java.util.Set;

/**
 * A server that requests are passed on to.
 *
 * @param prefix of the paths that are passed on, with a slash at both ends
 * @param base the address that takes the prefix's place, with a slash at the end
 * @param methods those that are passed on; empty for all
 */
record Upstream(String prefix, URI base, Set<String> methods) {

    boolean matches(String path) {
        return path.startsWith(prefix);
    }

    boolean allows(String method) {
        return methods.isEmpty() || methods.contains(method);
    }
}
