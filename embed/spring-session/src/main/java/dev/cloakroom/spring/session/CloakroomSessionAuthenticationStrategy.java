package dev.cloakroom.spring.session;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.session.SessionAuthenticationException;
import org.springframework.security.web.authentication.session.SessionAuthenticationStrategy;

/**
 * Logs the principal in at the engine when Spring Security has authenticated it. The session gets a new id at once
 * (session fixation), and the engine's limit of sessions per principal holds exactly, also for parallel logins.
 *
 * <p>A request without a session gets none here. Its login follows when Spring Security stores its context.
 *
 * <p>It takes the place of Spring Security's own strategies: set it with
 * {@code sessionManagement(session -> session.sessionFixation(f -> f.none()).addSessionAuthenticationStrategy(strategy))},
 * and the limit with {@link dev.cloakroom.SessionEngine.Builder#maxSessionsPerPrincipal} in place of
 * {@code maximumSessions}. Thread-safe.
 */
public final class CloakroomSessionAuthenticationStrategy implements SessionAuthenticationStrategy {

    /** Makes a strategy. One serves all requests. */
    public CloakroomSessionAuthenticationStrategy() {}

    /**
     * Logs in.
     *
     * @throws SessionAuthenticationException if the principal has as many sessions as allowed, and the engine refuses more
     */
    @Override
    public void onAuthentication(
            Authentication authentication, HttpServletRequest request, HttpServletResponse response) {
        if (request.getSession(false) == null) {
            return;
        }
        CloakroomSession session = CloakroomSession.of(request);
        if (session != null) {
            session.login(authentication.getName());
        }
    }
}
