package stack

// logins are LOGIN_USERS of every stack: the users of the README of stage 1, each with the username as password. The hashes are made
// beforehand, because bcrypt is slow on purpose.
const logins = `[
	{"id":"11111111-1111-4111-8111-111111111111","username":"customer","roles":["customer"],
	 "password_hash":"$2a$10$4wxLFVaqg.MwnDo9ZdXI7e3VNQYXPiEbHqT013vQHL4NJ7BvDm07e"},
	{"id":"22222222-2222-4222-8222-222222222222","username":"admin","roles":["admin"],
	 "password_hash":"$2a$10$vn.P853ubdah9qTaQ.2M0.kI0/EFaflKmyJ.hmrG6v/xSQyY4lr9K"}
]`
