package dev.cloakroom.tokenhandler;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import jakarta.servlet.http.HttpServlet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.authorization.InMemoryOAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.DelegatingFilterProxy;

/**
 * Spring's authorization server in Tomcat, with a form for the user's password. Refresh tokens rotate. It does not revoke a
 * family when a refresh token is used twice, so {@link Families} adds that.
 */
final class SpringAuthorizationServer implements AutoCloseable {

    static final String USER = "ada";
    static final String PASSWORD = "the password";

    final String issuer;

    private final Tomcat tomcat = new Tomcat();
    private final AnnotationConfigWebApplicationContext beans = new AnnotationConfigWebApplicationContext();

    SpringAuthorizationServer(Path directory) throws LifecycleException {
        tomcat.setBaseDir(directory.toString());
        tomcat.setHostname("localhost");
        tomcat.setPort(0);
        tomcat.getConnector();
        Context context = tomcat.addContext("", null);
        context.addServletContainerInitializer(
                (classes, servletContext) -> {
                    beans.setServletContext(servletContext);
                    beans.register(Beans.class);
                    beans.refresh();
                },
                Set.of());
        FilterDef filter = new FilterDef();
        filter.setFilterName("security");
        filter.setFilter(new DelegatingFilterProxy("springSecurityFilterChain", beans));
        context.addFilterDef(filter);
        FilterMap all = new FilterMap();
        all.setFilterName("security");
        all.addURLPattern("/*");
        context.addFilterMap(all);
        // The filter answers whatever the server has.
        Tomcat.addServlet(context, "nothing", new Nothing()).addMapping("/");
        tomcat.start();
        issuer = "http://localhost:" + tomcat.getConnector().getLocalPort();
    }

    /** Registers the application. */
    void register(String origin) {
        beans.getBean(Client.class).origin = origin;
    }

    /** Returns whether an API accepts an access token. */
    boolean accepts(@Nullable String token) {
        OAuth2Authorization authorization =
                token == null ? null : families().findByToken(token, OAuth2TokenType.ACCESS_TOKEN);
        return authorization != null && authorization.getAccessToken().isActive();
    }

    Families families() {
        return beans.getBean(Families.class);
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
        beans.close();
    }

    private static final class Nothing extends HttpServlet {

        private static final long serialVersionUID = 1;
    }

    /** The server's parts. */
    @Configuration
    @EnableWebSecurity
    static class Beans {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) {
            return http.oauth2AuthorizationServer(server -> server.oidc(Customizer.withDefaults()))
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .formLogin(Customizer.withDefaults())
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername(USER).password(PASSWORD).build());
        }

        /** Compares as text: hashing takes as long as the rest of a test. */
        @Bean
        PasswordEncoder passwords() {
            return new PasswordEncoder() {
                @Override
                public String encode(CharSequence password) {
                    return password.toString();
                }

                @Override
                public boolean matches(CharSequence password, String encoded) {
                    return encoded.contentEquals(password);
                }
            };
        }

        @Bean
        Client clients() {
            return new Client();
        }

        @Bean
        Families authorizations() {
            return new Families();
        }

        @Bean
        JWKSource<SecurityContext> keys() {
            return new ImmutableJWKSet<>(new JWKSet(AuthorizationServer.key("spring")));
        }

        @Bean
        JwtDecoder decoder(JWKSource<SecurityContext> keys) {
            return NimbusJwtDecoder.withJwkSource(keys).build();
        }

        @Bean
        AuthorizationServerSettings settings() {
            return AuthorizationServerSettings.builder().build();
        }
    }

    /** The one client, whose addresses are known once its server runs. */
    static final class Client implements RegisteredClientRepository {

        private volatile String origin = "http://localhost";

        private RegisteredClient client() {
            return RegisteredClient.withId("1")
                    .clientId(AuthorizationServer.CLIENT_ID)
                    .clientSecret(AuthorizationServer.SECRET)
                    .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                    .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                    .authorizationGrantType(AuthorizationGrantType.REFRESH_TOKEN)
                    .redirectUri(origin + "/bff/callback")
                    .postLogoutRedirectUri(origin + "/")
                    .scope("openid")
                    .scope("profile")
                    .clientSettings(
                            ClientSettings.builder().requireProofKey(true).build())
                    .tokenSettings(TokenSettings.builder()
                            .accessTokenTimeToLive(Duration.ofMinutes(5))
                            .reuseRefreshTokens(false)
                            .build())
                    .build();
        }

        @Override
        public void save(RegisteredClient client) {
            throw new UnsupportedOperationException("there is one client");
        }

        @Override
        public @Nullable RegisteredClient findById(String id) {
            return id.equals("1") ? client() : null;
        }

        @Override
        public @Nullable RegisteredClient findByClientId(String clientId) {
            return clientId.equals(AuthorizationServer.CLIENT_ID) ? client() : null;
        }
    }

    /** Revokes all that came from a refresh token when it is used a second time (RFC 9700, section 4.14.2). */
    static final class Families implements OAuth2AuthorizationService {

        final AtomicInteger rotations = new AtomicInteger();

        private final InMemoryOAuth2AuthorizationService authorizations = new InMemoryOAuth2AuthorizationService();
        private final Map<String, String> current = new ConcurrentHashMap<>();
        private final Map<String, String> usedUp = new ConcurrentHashMap<>();
        private volatile @Nullable String newest;

        @Override
        public void save(OAuth2Authorization authorization) {
            OAuth2Authorization.Token<OAuth2RefreshToken> token = authorization.getRefreshToken();
            if (token != null) {
                String value = token.getToken().getTokenValue();
                newest = value;
                String before = current.put(authorization.getId(), value);
                if (before != null && !before.equals(value)) {
                    usedUp.put(before, authorization.getId());
                    rotations.incrementAndGet();
                }
            }
            authorizations.save(authorization);
        }

        @Override
        public void remove(OAuth2Authorization authorization) {
            authorizations.remove(authorization);
        }

        @Override
        public @Nullable OAuth2Authorization findById(String id) {
            return authorizations.findById(id);
        }

        @Override
        public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType type) {
            String family = usedUp.get(token);
            OAuth2Authorization stolen = family == null ? null : authorizations.findById(family);
            if (stolen != null) {
                authorizations.remove(stolen);
            }
            return authorizations.findByToken(token, type);
        }

        /** Returns the refresh token that was made last. */
        String newest() {
            return Objects.requireNonNull(newest, "there is none");
        }

        /** Returns whether a refresh token was revoked, or its family. */
        boolean isRevoked(String refreshToken) {
            OAuth2Authorization authorization = authorizations.findByToken(refreshToken, OAuth2TokenType.REFRESH_TOKEN);
            OAuth2Authorization.Token<OAuth2RefreshToken> token =
                    authorization == null ? null : authorization.getRefreshToken();
            return token == null || !token.isActive();
        }
    }
}
