/** Seeds whose histories found something once, in the product or in the world itself: played in every check. */
export const onceFailed: readonly number[] = [225, 1098, 5043, 5215, 50052, 50724];
