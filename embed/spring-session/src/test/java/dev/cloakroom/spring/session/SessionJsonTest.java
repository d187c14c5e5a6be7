package dev.cloakroom.spring.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.DisabledException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.authentication.session.SessionAuthenticationException;
import org.springframework.security.web.csrf.DefaultCsrfToken;

class SessionJsonTest {

    private final SessionJson json = SessionJson.create();

    /** A class of an application. */
    record Cart(String item, int count) {}

    /** A subclass of an allowed class, which is not allowed itself. */
    static class Animal {
        public String name = "";
    }

    static class Cat extends Animal {}

    static List<Object> values() {
        return List.of(
                1,
                (short) 2,
                3.5f,
                'c',
                new java.math.BigDecimal("1.50"),
                LocalDate.of(2026, 11, 28),
                java.util.Locale.GERMANY,
                new ArrayList<>(List.of("a", 1, 2L)),
                List.of("a", "b", "c"),
                Map.of("a", 1L),
                Set.of("x"),
                new HashMap<>(Map.of("list", new ArrayList<>(List.of(1.5)))),
                new HashSet<>(Set.of(1L)));
    }

    @ParameterizedTest
    @MethodSource("values")
    void read_whatWasWritten_isEqual(Object value) {
        assertThat(json.read("name", json.write("name", value))).isEqualTo(value);
    }

    @Test
    void read_securityContext_hasPrincipalAndAuthorities() {
        User user = new User("ada", "{noop}x", AuthorityUtils.createAuthorityList("ROLE_USER"));
        SecurityContextImpl context = new SecurityContextImpl(
                UsernamePasswordAuthenticationToken.authenticated(user, null, user.getAuthorities()));

        Object read = json.read("name", json.write("name", context));

        assertThat(read).isEqualTo(context);
    }

    @Test
    void read_csrfToken_isTheSame() {
        DefaultCsrfToken token = new DefaultCsrfToken("X-CSRF-TOKEN", "_csrf", "secret");

        assertThat(json.read("name", json.write("name", token)))
                .usingRecursiveComparison()
                .isEqualTo(token);
    }

    static List<AuthenticationException> failures() {
        return List.of(
                new BadCredentialsException("wrong"),
                new DisabledException("disabled", new IllegalStateException("cause")),
                new SessionAuthenticationException("too many"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void read_failedLogin_hasClassAndMessage(AuthenticationException failure) {
        assertThat(json.read("name", json.write("name", failure)))
                .hasSameClassAs(failure)
                .isInstanceOfSatisfying(
                        AuthenticationException.class, read -> assertThat(read).hasMessage(failure.getMessage()));
    }

    @Test
    void write_classOfTheApplication_isRefusedWithWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> json.write("cart", new Cart("umbrella", 1)))
                .withMessageContaining("attribute cart")
                .withMessageContaining(Cart.class.getName())
                .withMessageContaining("SessionJson.builder().allow")
                .withMessageNotContaining("umbrella");
    }

    @Test
    void write_allowedClass_isRead() {
        Cart cart = new Cart("umbrella", 1);
        SessionJson allowing = SessionJson.builder().allow(Cart.class).build();

        assertThat(allowing.read("cart", allowing.write("cart", cart))).isEqualTo(cart);
        assertThat(allowing.read("cart", allowing.write("cart", new ArrayList<>(List.of(cart)))))
                .isEqualTo(List.of(cart));
    }

    @Test
    void write_subclassOfAnAllowedClass_isRefused() {
        SessionJson allowing = SessionJson.builder().allow(Animal.class).build();

        assertThat(allowing.read("cat", allowing.write("cat", new Animal()))).isInstanceOf(Animal.class);
        assertThatIllegalArgumentException().isThrownBy(() -> allowing.write("cat", new Cat()));
    }

    @Test
    void allowPackage_oneOfTheApplication_allowsItsClassesOnly() {
        SessionJson allowing = SessionJson.builder()
                .allowPackage("dev.cloakroom.spring.session")
                .build();

        assertThat(allowing.read("cart", allowing.write("cart", new Cart("x", 1))))
                .isEqualTo(new Cart("x", 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SessionJson.builder().allowPackage("com"))
                .withMessageContaining("two parts");
    }

    @Test
    void read_bytesThatNameAnotherClass_makeNoneOfIt() {
        byte[] planted = "{\"@class\":\"javax.swing.JEditorPane\",\"page\":\"http://localhost\"}"
                .getBytes(StandardCharsets.UTF_8);

        assertThatIllegalStateException()
                .isThrownBy(() -> json.read("name", planted))
                .withMessageContaining("javax.swing.JEditorPane is not allowed");
    }

    @Test
    void read_damagedBytes_saysWhichAttribute() {
        assertThatIllegalStateException()
                .isThrownBy(() -> json.read("cart", "{\"secret".getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("attribute cart")
                .withMessageNotContaining("secret");
    }
}
