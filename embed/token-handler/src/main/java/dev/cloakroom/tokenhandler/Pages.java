package dev.cloakroom.tokenhandler;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** The pages of the handler: without content from elsewhere, never framed, and without a script but for one. */
final class Pages {

    private static final String SUBMIT = "document.forms[0].submit()";
    private static final String POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    private Pages() {}

    /** A page that goes on to a path. A redirect would not do: the browser would send no strict cookie with it. */
    static TokenResponse goOn(String path) {
        String escaped = escaped(path);
        return page(
                200,
                POLICY + "; form-action 'none'",
                "<meta http-equiv=\"refresh\" content=\"0;url=" + escaped + "\"><title>Logged in</title>",
                "<p><a href=\"" + escaped + "\">Continue</a></p>");
    }

    /** A page that says what went wrong, with a link to begin anew. */
    static TokenResponse tryAgain(int status, String message, String loginPath) {
        return page(
                status,
                POLICY + "; form-action 'none'",
                "<title>Not logged in</title>",
                "<p>" + escaped(message) + "</p><p><a href=\"" + escaped(loginPath) + "\">Try again</a></p>");
    }

    /**
     * A page that posts a form to the authorization server. No policy for forms: the server may redirect anywhere, and
     * browsers apply the policy to redirects as well.
     */
    static TokenResponse post(String action, Map<String, String> fields) {
        StringBuilder form = new StringBuilder("<form method=\"post\" action=\"" + escaped(action) + "\">");
        fields.forEach((name, value) -> form.append("<input type=\"hidden\" name=\"")
                .append(escaped(name))
                .append("\" value=\"")
                .append(escaped(value))
                .append("\">"));
        form.append("<button>Continue</button></form><script>").append(SUBMIT).append("</script>");
        return page(
                        200,
                        POLICY + "; script-src 'sha256-" + sha256(SUBMIT) + "'",
                        "<title>Logging out</title>",
                        form.toString())
                // A page that opened this one in a window of its own must not read it.
                .with("Cross-Origin-Opener-Policy", "same-origin");
    }

    private static TokenResponse page(int status, String policy, String head, String body) {
        return TokenResponse.of(
                        status,
                        "text/html; charset=utf-8",
                        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                                + "<meta name=\"viewport\" content=\"width=device-width\">" + head + "</head><body>"
                                + body + "</body></html>\n")
                .with("Content-Security-Policy", policy)
                .with("X-Frame-Options", "DENY");
    }

    private static String sha256(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
