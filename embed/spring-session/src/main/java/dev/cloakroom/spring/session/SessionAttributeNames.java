package dev.cloakroom.spring.session;

import org.jspecify.annotations.Nullable;
import org.springframework.session.FindByIndexNameSessionRepository;

/** The attributes that tell who is logged in. */
final class SessionAttributeNames {

    /** Where Spring Security keeps its context. */
    static final String SECURITY_CONTEXT = "SPRING_SECURITY_CONTEXT";

    private SessionAttributeNames() {}

    /** Returns the principal that an attribute names, or null if it names none. */
    static @Nullable String principal(String name, Object value) {
        String principal = null;
        if (name.equals(FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME)) {
            principal = value instanceof String text ? text : null;
        } else if (name.equals(SECURITY_CONTEXT)) {
            principal = SpringSecurity.principal(value);
        }
        return principal == null || principal.isEmpty() ? null : principal;
    }
}
