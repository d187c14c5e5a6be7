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
import java.time.InstantSource;
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
    private final InstantSource clock;

    Transactions(CookieSealer sealer, InstantSource clock) {
        this.sealer = sealer;
        this.clock = clock;
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

    /**
     * Returns the cookies that tell this browser's other logins of a session that has begun meanwhile, so that they end it
     * when they are done. Its own cookie is strict, and will not be sent to their callbacks.
     */
    List<String> tellOthers(@Nullable String cookieHeader, String state, String handle) {
        List<String> cookies = new ArrayList<>();
        for (Map.Entry<String, @Nullable Transaction> entry : all(cookieHeader).entrySet()) {
            Transaction other = entry.getValue();
            if (other != null && !isEqual(other.state(), state)) {
                String sealed =
                        sealer.seal(entry.getKey(), other.withBefore(handle).write());
                cookies.add(policy(entry.getKey()).cookie(sealed).maxAge(LIFE).toHeader());
            }
        }
        return cookies;
    }

    private List<String> surplus(@Nullable String cookieHeader) {
        return all(cookieHeader).entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> -begun(entry.getValue())))
                .skip(MOST - 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static long begun(@Nullable Transaction transaction) {
        return transaction == null ? 0 : transaction.begun();
    }

    /** Returns the names of this browser's cookies, each with its login, or null if that is over or forged. */
    private Map<String, @Nullable Transaction> all(@Nullable String cookieHeader) {
        Map<String, @Nullable Transaction> all = new LinkedHashMap<>();
        if (cookieHeader != null) {
            Matcher matcher = NAME.matcher(cookieHeader);
            while (all.size() < MOST_NAMES && matcher.find()) {
                String name = matcher.group(1);
                List<String> values = CookieHeader.values(cookieHeader, name);
                all.put(name, values.isEmpty() ? null : open(name, values.get(0)));
            }
        }
        return all;
    }

    private @Nullable Transaction open(String name, String value) {
        if (!(sealer.open(name, value, LIFE) instanceof Verified.Valid valid)) {
            return null;
        }
        Transaction transaction = Transaction.read(valid.value());
        // It may have been sealed anew since it began.
        return clock.millis() - transaction.begun() < LIFE.toMillis() ? transaction : null;
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
