package io.tillstream.store;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The secrets that the webhook dispatcher needs, read through the role that can only read, which sees no others. */
public final class DispatcherSecrets {
    private static final Logger log = LoggerFactory.getLogger(DispatcherSecrets.class);

    private final JdbcClient jdbc;
    private final MasterKey master;

    public DispatcherSecrets(DataSource reader, MasterKey master) {
        this.jdbc = JdbcClient.create(reader);
        this.master = master;
    }

    /** Those of the rows that are still there and can be opened: one that can't be holds up nobody else's. */
    public Map<UUID, String> get(Collection<UUID> ids) {
        Map<UUID, String> secrets = new HashMap<>();
        jdbc.sql("select id, sealed from dispatcher_secrets where id = any(:ids)")
                .param("ids", ids.toArray(UUID[]::new))
                .query(rs -> {
                    UUID id = requireNonNull(rs.getObject("id", UUID.class));
                    try {
                        byte[] plain = master.open(Secrets.purpose(id), rs.getBytes("sealed"));
                        secrets.put(id, new String(plain, StandardCharsets.UTF_8));
                    } catch (RuntimeException e) {
                        log.error("The secret {} of a webhook can't be opened", id, e);
                    }
                });
        return secrets;
    }
}
