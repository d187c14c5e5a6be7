package dev.cloakroom.servlet;

import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** Tomcat. */
final class TomcatServer implements Server {

    private final Tomcat tomcat = new Tomcat();
    private final Connector connector;

    TomcatServer(Content content) throws IOException, LifecycleException {
        Path folder = Files.createTempDirectory("tomcat");
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        connector = tomcat.getConnector();
        connector.addUpgradeProtocol(new Http2Protocol());
        Context context = tomcat.addContext("", folder.toString());
        Wrapper wrapper = Tomcat.addServlet(context, "actions", content.servlet);
        wrapper.setAsyncSupported(true);
        wrapper.addMapping("/");
        FilterDef definition = new FilterDef();
        definition.setFilterName("cloakroom");
        definition.setFilter(content.delegate);
        definition.setAsyncSupported("true");
        context.addFilterDef(definition);
        FilterMap map = new FilterMap();
        map.setFilterName("cloakroom");
        map.addURLPattern("/*");
        for (DispatcherType type : DispatcherType.values()) {
            map.setDispatcher(type.name());
        }
        context.addFilterMap(map);
        ErrorPage page = new ErrorPage();
        page.setLocation(ERROR_PAGE);
        context.addErrorPage(page);
        tomcat.start();
    }

    @Override
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }
}
