// `pulumi package add node_modules/pulumi-pgindex/plugin`: Pulumi starts it through its host of Node.js.
require("../dist/nativeProvider.js");
