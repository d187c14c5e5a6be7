package dev.cloakroom.spring.session;

import dev.cloakroom.SessionLimitException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.jackson.SecurityJacksonModules;
import org.springframework.security.web.authentication.session.SessionAuthenticationException;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** What is done with Spring Security's classes, if they are on the class path. */
final class SpringSecurity {

    static final boolean PRESENT = ClassUtils.isPresent(
            "org.springframework.security.web.authentication.session.SessionAuthenticationException",
            SpringSecurity.class.getClassLoader());

    private SpringSecurity() {}

    /** Returns who is authenticated in a security context, or null if nobody is. */
    static @Nullable String principal(Object context) {
        return PRESENT ? Present.principal(context) : null;
    }

    /** Returns what a login that the limit of sessions refused throws: with Spring Security, a failed authentication. */
    static RuntimeException refused(SessionLimitException refusal) {
        return PRESENT ? Present.refused(refusal) : refusal;
    }

    /** Returns Spring Security's JSON modules. They also add what they need to the types that may be read. */
    static List<JacksonModule> modules(ClassLoader loader, BasicPolymorphicTypeValidator.Builder types) {
        return SecurityJacksonModules.getModules(loader, types);
    }

    /** Loaded only if the classes are there. */
    private static final class Present {

        static @Nullable String principal(Object context) {
            if (!(context instanceof SecurityContext securityContext)) {
                return null;
            }
            Authentication authentication = securityContext.getAuthentication();
            return authentication == null
                            || authentication instanceof AnonymousAuthenticationToken
                            || !authentication.isAuthenticated()
                    ? null
                    : authentication.getName();
        }

        static RuntimeException refused(SessionLimitException refusal) {
            SessionAuthenticationException exception = new SessionAuthenticationException(
                    "Maximum sessions of " + refusal.limit() + " for this principal exceeded");
            exception.initCause(refusal);
            return exception;
        }
    }
}
