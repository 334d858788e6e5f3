package inventory

import "shop/platform/grpcclient"

// Retries says which calls are repeated.
var Retries = grpcclient.Methods{}
