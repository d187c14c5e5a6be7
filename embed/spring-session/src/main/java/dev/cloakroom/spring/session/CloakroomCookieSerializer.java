package dev.cloakroom.spring.session;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.session.web.http.CookieSerializer;

/**
 * Reads the engine's cookie. The ids that it returns are those that Spring sees, of cookies that the engine has verified.
 * It writes nothing but deletions: the exchange adds all other cookies when it saves.
 */
final class CloakroomCookieSerializer implements CookieSerializer {

    @Override
    public List<String> readCookieValues(HttpServletRequest request) {
        String probe = ResolverCheck.probe(request);
        return probe == null ? Exchange.of(request).requestedIds() : List.of(probe);
    }

    @Override
    public void writeCookieValue(CookieValue cookieValue) {
        if (cookieValue.getCookieValue().isEmpty()) {
            Exchange.of(cookieValue.getRequest()).deleteCookie();
        }
    }
}
