package io.tillstream.command.product;

import com.github.f4b6a3.uuid.UuidCreator;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.command.product.ProductBody.CreateProductRequest;
import io.tillstream.command.product.ProductCommand.CreateProduct;
import io.tillstream.events.Mode;
import io.tillstream.events.product.Product;
import java.time.Clock;

/** Creates products for a process of ours, without HTTP: the bench measures the bus by it. */
public final class NewProducts {
    private final CommandSender commands;
    private final Clock clock;

    NewProducts(CommandSender commands, Clock clock) {
        this.commands = commands;
        this.clock = clock;
    }

    /** Makes one of live data, of a body as a client would send it. */
    public Product create(String process, byte[] body) {
        ProductPatch patch = new ProductPatch(new CreateProductRequest().read(body, false, clock.instant()));
        return commands.sendAs(
                process, Mode.LIVE, new CreateProduct(UuidCreator.getTimeOrderedEpoch(), patch), Product.class);
    }
}
