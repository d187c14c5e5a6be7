package dev.cloakroom.tokenhandler;

import dev.cloakroom.cookie.CookieHeader;
import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.cookie.CookieSealer;
import dev.cloakroom.cookie.SameSite;
import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.cookie.Verified;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps logins that have begun in sealed cookies, one for each, so that several tabs can log in side by side. The cookie is
 * {@code SameSite=Lax}: the browser must send it when the authorization server redirects back.
 */
final class Transactions {

    static final Duration LIFE = Duration.ofMinutes(10);

    /** As many logins may go on side by side in one browser. */
    static final int MOST = 4;

    private static final String PREFIX = "__Host-Http-login-";
    private static final int HASH_LENGTH = 16;

    /** So many names are looked at; a browser has no more than {@link #MOST} from here. */
    private static final int MOST_NAMES = 16;

    private static final Pattern NAME =
            Pattern.compile("(?:^|;)[ \t]*(" + PREFIX + "[A-Za-z0-9_-]{" + HASH_LENGTH + "})=");

    private final CookieSealer sealer;

    Transactions(CookieSealer sealer) {
        this.sealer = sealer;
    }

    /** Returns the cookies that begin a login, and end the oldest of too many. */
    List<String> begin(@Nullable String cookieHeader, Transaction transaction) {
        String name = name(transaction.state());
        List<String> cookies = new ArrayList<>();
        for (String surplus : surplus(cookieHeader)) {
            cookies.add(policy(surplus).clear().toHeader());
        }
        SetCookie cookie =
                policy(name).cookie(sealer.seal(name, transaction.write())).maxAge(LIFE);
        cookies.add(cookie.toHeader());
        return cookies;
    }

    /** Returns the login of a state, null if this browser has begun none with it, or too long ago. */
    @Nullable
    Transaction find(@Nullable String cookieHeader, String state) {
        String name = name(state);
        for (String value : CookieHeader.values(cookieHeader, name)) {
            Transaction transaction = open(name, value);
            if (transaction != null && isEqual(transaction.state(), state)) {
                return transaction;
            }
        }
        return null;
    }

    /** Returns the cookie that ends the login of a state. */
    String end(String state) {
        return policy(name(state)).clear().toHeader();
    }

    private List<String> surplus(@Nullable String cookieHeader) {
        Map<String, Long> begun = new LinkedHashMap<>();
        if (cookieHeader != null) {
            Matcher matcher = NAME.matcher(cookieHeader);
            while (begun.size() < MOST_NAMES && matcher.find()) {
                String name = matcher.group(1);
                List<String> values = CookieHeader.values(cookieHeader, name);
                Transaction transaction = values.isEmpty() ? null : open(name, values.get(0));
                begun.put(name, transaction == null ? 0 : transaction.begun());
            }
        }
        return begun.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .skip(MOST - 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    private @Nullable Transaction open(String name, String value) {
        return sealer.open(name, value, LIFE) instanceof Verified.Valid valid ? Transaction.read(valid.value()) : null;
    }

    private static CookiePolicy policy(String name) {
        return CookiePolicy.builder().name(name).sameSite(SameSite.LAX).build();
    }

    private static String name(String state) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(state.getBytes(StandardCharsets.UTF_8));
            return PREFIX
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(hash)
                            .substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static boolean isEqual(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
