package dev.cloakroom.spring.session;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.session.web.http.CookieHttpSessionIdResolver;
import org.springframework.session.web.http.HttpSessionIdResolver;

/**
 * Finds out where a resolver takes ids from. The ids that Spring sees are public. So a resolver that takes one from a
 * request's header, or from a cookie without a signature, would let anybody in who has seen an id.
 */
final class ResolverCheck {

    private static final String PROBE = ResolverCheck.class.getName();
    private static final String ANSWER = "probe";

    private ResolverCheck() {}

    /**
     * Does nothing if a resolver takes ids by Cloakroom's serializer alone.
     *
     * @throws IllegalStateException if it does not
     */
    static void require(HttpSessionIdResolver resolver) {
        if (!(resolver instanceof CookieHttpSessionIdResolver) || !isOurs(resolver)) {
            throw new IllegalStateException(resolver.getClass().getSimpleName()
                    + " takes session ids from requests, and the ids of Cloakroom's sessions are public: anybody"
                    + " who has seen one could send it. Remove the bean; Cloakroom's filter reads its own signed cookie."
                    + " Or give a CookieHttpSessionIdResolver the CookieSerializer bean of"
                    + " CloakroomHttpSessionConfiguration.");
        }
    }

    /** Asks the resolver, whose class is final, for the ids of a request that only our serializer recognises. */
    private static boolean isOurs(HttpSessionIdResolver resolver) {
        HttpServletRequest request = (HttpServletRequest) Proxy.newProxyInstance(
                HttpServletRequest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) ->
                        method.getName().equals("getAttribute") && PROBE.equals(arguments[0]) ? ANSWER : null);
        try {
            return resolver.resolveSessionIds(request).equals(List.of(ANSWER));
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Returns what to answer to a request of this class, or null if the request is a client's. */
    static @Nullable String probe(HttpServletRequest request) {
        return request.getAttribute(PROBE) instanceof String answer ? answer : null;
    }
}
