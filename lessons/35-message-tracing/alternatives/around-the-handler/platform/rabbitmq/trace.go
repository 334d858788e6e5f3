package rabbitmq

//stagecraft:drop
func startProcess() {}
