package dev.cloakroom.servlet;

import dev.cloakroom.scenarios.HttpScenarios;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A real container on loopback, with HTTP/1.1 and HTTP/2 without TLS, that runs what a test gives it. */
interface Server extends HttpScenarios.Server {

    /** Where the container dispatches errors to. */
    String ERROR_PAGE = "/error-page";

    /** What is done at a path. */
    interface Action {
        void run(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    /** The filter under test, and the servlet behind it. Both can be exchanged while the server runs. */
    final class Content {

        final Map<String, Action> actions = new ConcurrentHashMap<>();
        private volatile @Nullable Filter filter;
        private volatile @Nullable FilterConfig config;

        void use(Filter next) throws ServletException {
            next.init(Objects.requireNonNull(config));
            filter = next;
        }

        final Filter delegate = new Filter() {
            @Override
            public void init(FilterConfig filterConfig) {
                config = filterConfig;
            }

            @Override
            public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                    throws IOException, ServletException {
                Filter present = filter;
                if (present == null) {
                    chain.doFilter(request, response);
                } else {
                    present.doFilter(request, response, chain);
                }
            }
        };

        final HttpServlet servlet = new ActionServlet(actions);
    }

    /** Runs the action of a request's path. */
    final class ActionServlet extends HttpServlet {

        private static final long serialVersionUID = 1L;

        private final transient Map<String, Action> actions;

        ActionServlet(Map<String, Action> actions) {
            this.actions = actions;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            Object included = request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH);
            Action action = actions.get(included == null ? request.getServletPath() : included);
            if (action == null) {
                response.sendError(404);
                return;
            }
            try {
                action.run(request, response);
            } catch (IOException | ServletException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new ServletException(e);
            }
        }
    }
}
