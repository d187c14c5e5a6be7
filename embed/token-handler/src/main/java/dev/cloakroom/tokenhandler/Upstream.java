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

    /** @throws RefusedException with 400 unless every server reads the request's target in one way */
    URI address(TokenRequest request) {
        String path = ProxyPath.checked(request.path());
        String query = ProxyPath.checkedQuery(request.query());
        try {
            return URI.create(base + path.substring(prefix.length()) + (query == null ? "" : "?" + query));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "the path or the query is malformed");
        }
    }

    boolean allows(String method) {
        return methods.isEmpty() || methods.contains(method);
    }
}
